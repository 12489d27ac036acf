import {
  CannotInstallIntoSourceOrgError,
  ForbiddenError,
  IdempotencyConflictError,
  InvalidInputError,
  NotFoundError,
  NotInstalledError,
} from '../../errors/errors.ts';
import { builder } from '../../schema/index.ts';
import { weighs } from '../../schema/kit/weight.ts';
import { TemplateConflict } from '../../schema/template/conflict.ts';
import { TemplatePlanItem } from '../../schema/template/planItem.ts';
import { type InstallPlan, templateInstallPlan } from '../../services/template/install/installPlan.ts';
import { naming } from '../kit/runAct.ts';
import { installFields, planFields } from './inputFields.ts';

const TemplateInstallPlan = builder.objectRef<InstallPlan>('TemplateInstallPlan').implement({
  description: 'The actions that an installation or a resync would carry out now.',
  fields: (t) => ({
    hash: t.exposeString('hash', {
      description:
        'The SHA-256 hash of the plan, in hexadecimal. A mutation that gets it as `expectedPlanHash` carries out exactly this plan or returns PLAN_STALE.',
    }),
    release: t.exposeInt('release', { description: 'The number of the release that the plan leads to.' }),
    items: t.expose('items', {
      type: [TemplatePlanItem],
      ...weighs({ items: 100 }),
      description:
        'All items of the release and all rows that the installation manages, ordered by kind and slug.',
    }),
    conflicts: t.field({
      type: [TemplateConflict],
      description: 'The conflicts that need a resolution before the plan can be carried out.',
      resolve: ({ conflicts }) => [...conflicts],
    }),
  }),
});

const Payload = builder.objectRef<{ plan: InstallPlan }>('TemplateInstallPlanPayload').implement({
  description: 'The result of `templateInstallPlan` when it succeeds.',
  fields: (t) => ({
    plan: t.expose('plan', { type: TemplateInstallPlan, description: 'The plan.' }),
  }),
});

const Input = builder.inputType('TemplateInstallPlanInput', {
  description:
    'Input of `templateInstallPlan`. Exactly one of `templateSlug` and `installationId` is required: the first plans `installTemplate`, the second plans `resyncInstallation`. `name` and `expectedPlanHash` do not affect the plan.',
  fields: (t) => ({
    templateSlug: t.string({ description: 'The slug of the template to install.' }),
    installationId: t.idOf('Installation', { description: 'The installation to resync.' }),
    ...installFields(t),
    ...planFields(t),
  }),
});

builder.queryField('templateInstallPlan', (t) =>
  t.field({
    type: Payload,
    description: `Returns the plan that \`installTemplate\` or \`resyncInstallation\` would carry out now with the same input. The query writes nothing.

The query returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND: the template, the installation or the organization.
3. FORBIDDEN
4. CANNOT_INSTALL_INTO_SOURCE_ORG
5. NOT_INSTALLED
6. NOT_FOUND: the release.

Allowed for OWNER and ADMIN.`,
    args: {
      input: t.arg({ type: Input, required: true, description: 'The input of the mutation to plan.' }),
    },
    errors: {
      types: [
        InvalidInputError,
        NotFoundError,
        ForbiddenError,
        IdempotencyConflictError,
        CannotInstallIntoSourceOrgError,
        NotInstalledError,
      ],
      union: {
        description:
          'The result of `templateInstallPlan`: the payload, or the error that says why there is no plan.',
      },
    },
    resolve: async (_root, { input }, { viewer, db }) => ({
      plan: await naming('organizationId', () => templateInstallPlan({ viewer, db }, input)),
    }),
  }),
);
