import {
  ForbiddenError,
  IdempotencyConflictError,
  InvalidInputError,
  InvalidOrgSourceError,
  NotFoundError,
} from '../../errors.ts';
import { builder } from '../../schema/index.ts';
import { OrgImportPlan } from '../../schema/orgImport/orgImportPlan.ts';
import type { PlanResult } from '../../services/orgImport/importResult.ts';
import { planOrg } from '../../services/orgImport/planOrg.ts';
import { ImportOrgInput } from './importOrg.ts';

const OrgImportPlanPayload = builder.objectRef<{ plan: PlanResult }>('OrgImportPlanPayload').implement({
  description: 'Payload of `orgImportPlan`.',
  fields: (t) => ({
    plan: t.expose('plan', { type: OrgImportPlan, description: 'What `importOrg` would do now.' }),
  }),
});

builder.queryField('orgImportPlan', (t) =>
  t.field({
    type: OrgImportPlanPayload,
    description:
      'What `importOrg` with the same input would do now. Writes nothing. It ignores `dryRun`, `expectedPlanHash`, `maxRemovals` and `idempotencyKey`, and lists missing environment variables instead of refusing them. For OWNER and ADMIN.',
    args: {
      input: t.arg({ type: ImportOrgInput, required: true, description: 'The input of `importOrg`.' }),
    },
    errors: {
      types: [
        InvalidInputError,
        NotFoundError,
        ForbiddenError,
        IdempotencyConflictError,
        InvalidOrgSourceError,
      ],
      union: {
        description:
          'Result of `orgImportPlan`: its payload, or the error that explains why there is no plan.',
      },
    },
    resolve: async (_root, { input }, { viewer, db, orgImport }) => ({
      plan: await planOrg({ viewer, db }, input, orgImport),
    }),
  }),
);
