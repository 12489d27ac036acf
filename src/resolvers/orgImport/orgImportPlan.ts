import {
  ForbiddenError,
  IdempotencyConflictError,
  InvalidInputError,
  InvalidOrgSourceError,
  NotFoundError,
} from '../../errors/errors.ts';
import { builder } from '../../schema/index.ts';
import { OrgImportPlan } from '../../schema/orgImport/orgImportPlan.ts';
import type { PlanResult } from '../../services/orgImport/importResult.ts';
import { planOrg } from '../../services/orgImport/planOrg.ts';
import { naming } from '../kit/runAct.ts';
import { ImportOrgInput } from './importOrg.ts';

const OrgImportPlanPayload = builder.objectRef<{ plan: PlanResult }>('OrgImportPlanPayload').implement({
  description: 'The result of `orgImportPlan` when it succeeds.',
  fields: (t) => ({
    plan: t.expose('plan', {
      type: OrgImportPlan,
      description: 'The plan that `importOrg` would carry out now.',
    }),
  }),
});

builder.queryField('orgImportPlan', (t) =>
  t.field({
    type: OrgImportPlanPayload,
    description:
      'The plan that `importOrg` with the same input would carry out now. The query writes nothing. It ignores `dryRun`, `expectedPlanHash`, `maxRemovals` and `idempotencyKey`. Missing environment variables are listed in the plan and are not an error. Allowed for OWNER and ADMIN.',
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
          'The result of `orgImportPlan`: the payload, or the error that says why there is no plan.',
      },
    },
    resolve: async (_root, { input }, { viewer, db, orgImport }) => ({
      plan: await naming('organizationId', () => planOrg({ viewer, db }, input, orgImport)),
    }),
  }),
);
