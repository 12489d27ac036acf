import {
  ImportInProgressError,
  InvalidOrgSourceError,
  MissingEnvironmentError,
  PlanStaleError,
  QuotaExceededError,
  TooManyRemovalsError,
  WorkspaceTooDeepError,
} from '../../errors/errors.ts';
import { weighs } from '../../schema/kit/weight.ts';
import { OrgImportMode } from '../../schema/orgImport/enum.ts';
import { OrgImport } from '../../schema/orgImport/orgImport.ts';
import { OrgImportItem, OrgImportPlan } from '../../schema/orgImport/orgImportPlan.ts';
import { importOrg } from '../../services/orgImport/importOrg.ts';
import { importOrgInput } from '../../services/orgImport/importOrgInput.ts';
import { mutation } from '../kit/mutation.ts';
import { OrgSourceInput } from './orgSourceInput.ts';

/** `orgImportPlan` has the same input. */
export const ImportOrgInput = mutation('importOrg', {
  description: `Imports an org file: creates, and in the mode RECONCILE also updates, moves and removes, the workspaces of an organization. An import writes the whole tree or nothing. For each created workspace, the viewer hires an agent. The agent of a removed workspace is offboarded. docs/org-import.md describes the format and the rules.

The feed delivers these changes:

1. ORG_IMPORT_STARTED, when the source has been read.
2. The changes of workspaces and agents, and then ORG_IMPORT_COMPLETED, all from one transaction; or ORG_IMPORT_FAILED alone.
3. ORG_IMPORT_PROGRESSED, while jobs start the containers of the created workspaces.

An import continues when its client disconnects.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. INVALID_ORG_SOURCE
5. IDEMPOTENCY_CONFLICT
6. MISSING_ENVIRONMENT
7. IMPORT_IN_PROGRESS
8. PLAN_STALE
9. TOO_MANY_REMOVALS
10. WORKSPACE_TOO_DEEP
11. QUOTA_EXCEEDED: the organization would have too many agents.

Allowed for OWNER and ADMIN.`,
  input: (t) => ({
    organizationId: t.idOf('Organization', {
      required: true,
      description: 'The organization whose tree changes.',
    }),
    source: t.field({ type: OrgSourceInput, required: true, description: 'The org file to import.' }),
    mode: t.field({
      type: OrgImportMode,
      required: true,
      defaultValue: 'MERGE',
      description: 'The effect of the import on workspaces that exist already.',
    }),
    environment: t.stringList({
      description:
        'The names of environment variables that the workspaces will have, for the requirements of the org file, at most 1,000. The values are not part of the input.',
    }),
    dryRun: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Whether to return the plan without carrying it out. A dry run writes nothing and never returns IDEMPOTENCY_CONFLICT, MISSING_ENVIRONMENT, IMPORT_IN_PROGRESS, PLAN_STALE, TOO_MANY_REMOVALS, WORKSPACE_TOO_DEEP or QUOTA_EXCEEDED. Its result is not stored under the idempotency key.',
    }),
    expectedPlanHash: t.string({
      description:
        'The `hash` of the plan to carry out. The import is refused with PLAN_STALE when its own plan has another hash. Without a hash, any plan is carried out.',
    }),
    maxRemovals: t.int({
      description:
        'The highest number of workspaces that the import may remove, 0 or more. The import is refused with TOO_MANY_REMOVALS when it would remove more. Without a number, there is no limit.',
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
    QuotaExceededError,
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
      ...weighs({ items: 500 }),
      description: 'The items of `plan`.',
      resolve: ({ plan }) => plan.items,
    }),
    plan: t.expose('plan', {
      type: OrgImportPlan,
      description: 'The plan that was carried out; for a dry run, the plan that would be.',
    }),
  }),
});
