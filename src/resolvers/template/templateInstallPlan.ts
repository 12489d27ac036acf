import {
  CannotInstallIntoSourceOrgError,
  ForbiddenError,
  IdempotencyConflictError,
  InvalidInputError,
  NotFoundError,
  NotInstalledError,
} from '../../errors.ts';
import { builder } from '../../schema/index.ts';
import { TemplateConflict } from '../../schema/template/conflict.ts';
import { TemplatePlanItem } from '../../schema/template/planItem.ts';
import { type InstallPlan, templateInstallPlan } from '../../services/template/install/installPlan.ts';
import { installFields, planFields } from './inputFields.ts';

const TemplateInstallPlan = builder.objectRef<InstallPlan>('TemplateInstallPlan').implement({
  description: 'What an installation or a resync would do now.',
  fields: (t) => ({
    hash: t.exposeString('hash', {
      description:
        'SHA-256 of the plan, in hexadecimal: pass it as `expectedPlanHash` to carry out this plan or none.',
    }),
    release: t.exposeInt('release', { description: 'The number of the release that it leads to.' }),
    items: t.expose('items', {
      type: [TemplatePlanItem],
      description: 'Every item of the release and every row that the installation manages, by kind and slug.',
    }),
    conflicts: t.field({
      type: [TemplateConflict],
      description: 'What resolutions have to settle before it can be carried out.',
      resolve: ({ conflicts }) => [...conflicts],
    }),
  }),
});

const Payload = builder.objectRef<{ plan: InstallPlan }>('TemplateInstallPlanPayload').implement({
  description: 'Payload of `templateInstallPlan`.',
  fields: (t) => ({
    plan: t.expose('plan', { type: TemplateInstallPlan, description: 'The plan.' }),
  }),
});

const Input = builder.inputType('TemplateInstallPlanInput', {
  description:
    'Input of `templateInstallPlan`: that of `installTemplate` with `templateSlug`, or that of `resyncInstallation` with `installationId`. `name` and `expectedPlanHash` make no difference.',
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
    description:
      'What `installTemplate` or `resyncInstallation` would do now with the same input. Writes nothing. For OWNER and ADMIN.',
    args: {
      input: t.arg({ type: Input, required: true, description: 'The input of either mutation.' }),
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
          'Result of `templateInstallPlan`: its payload, or the error that explains why there is no plan.',
      },
    },
    resolve: async (_root, { input }, { viewer, db }) => ({
      plan: await templateInstallPlan({ viewer, db }, input),
    }),
  }),
);
