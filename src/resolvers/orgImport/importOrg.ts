import {
  ImportInProgressError,
  InvalidOrgSourceError,
  MissingEnvironmentError,
  PlanStaleError,
  TooManyRemovalsError,
  WorkspaceTooDeepError,
} from '../../errors.ts';
import { OrgImportMode } from '../../schema/orgImport/enum.ts';
import { OrgImport } from '../../schema/orgImport/orgImport.ts';
import { OrgImportItem, OrgImportPlan } from '../../schema/orgImport/orgImportPlan.ts';
import { importOrg } from '../../services/orgImport/importOrg.ts';
import { importOrgInput } from '../../services/orgImport/importOrgInput.ts';
import { mutation } from '../kit/mutation.ts';
import { OrgSourceInput } from './orgSourceInput.ts';

/** `orgImportPlan` takes the same. */
export const ImportOrgInput = mutation('importOrg', {
  description: `Makes the tree of workspaces follow an org file: the whole tree, or nothing. An agent is hired for each workspace that is created, by the viewer; an agent whose workspace is removed is offboarded. docs/org-import.md has the format and the rules.

Delivers ORG_IMPORT_STARTED once the source is read, then, in one transaction, what changes and ORG_IMPORT_COMPLETED; or ORG_IMPORT_FAILED. Containers are started later, by jobs, which is heard as ORG_IMPORT_PROGRESSED. An import goes on when its client hangs up.

Of several reasons to refuse, the first in this order is given: INVALID_INPUT, NOT_FOUND, FORBIDDEN, INVALID_ORG_SOURCE, IDEMPOTENCY_CONFLICT, MISSING_ENVIRONMENT, IMPORT_IN_PROGRESS, PLAN_STALE, TOO_MANY_REMOVALS, WORKSPACE_TOO_DEEP. For OWNER and ADMIN.`,
  input: (t) => ({
    organizationId: t.idOf('Organization', { required: true, description: 'The organization.' }),
    source: t.field({ type: OrgSourceInput, required: true, description: 'The org file.' }),
    mode: t.field({
      type: OrgImportMode,
      required: true,
      defaultValue: 'MERGE',
      description: 'What to do with workspaces that exist already.',
    }),
    environment: t.stringList({
      description: 'Names of environment variables that the workspaces will have. Values are not sent.',
    }),
    dryRun: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Only plan: nothing is written, `import` is null, and what is missing, stale or too much is not refused. A dry run is not remembered by its idempotency key.',
    }),
    expectedPlanHash: t.string({
      description: 'Refuse with PLAN_STALE unless exactly the plan of this hash would be carried out.',
    }),
    maxRemovals: t.int({
      description: 'Refuse with TOO_MANY_REMOVALS when more workspaces than this would be removed.',
    }),
  }),
  schema: importOrgInput,
  errors: [
    InvalidOrgSourceError,
    MissingEnvironmentError,
    ImportInProgressError,
    PlanStaleError,
    TooManyRemovalsError,
    WorkspaceTooDeepError,
  ],
  act: (act, input, { orgImport }) => importOrg(act, input, orgImport),
  payload: (t) => ({
    import: t.exposeNode('importId', {
      type: OrgImport,
      nullable: true,
      description: 'The import; null for a dry run.',
    }),
    items: t.field({
      type: [OrgImportItem],
      description: 'What was done, as in `plan`.',
      resolve: ({ plan }) => plan.items,
    }),
    plan: t.expose('plan', { type: OrgImportPlan, description: 'The plan that was carried out.' }),
  }),
});
