import type { Types } from '../../schema/kit/builder.ts';
import { builder } from '../../schema/kit/builder.ts';
import { TemplateResolution } from '../../schema/template/conflict.ts';
import { TemplateItemKind } from '../../schema/template/itemKind.ts';

type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

const ResolutionInput = builder.inputType('TemplateResolutionInput', {
  description: 'The resolution of the conflict of one item. It has no effect on an item without a conflict.',
  fields: (t) => ({
    kind: t.field({ type: TemplateItemKind, required: true, description: 'The kind of the item.' }),
    slug: t.string({ required: true, description: 'The slug of the item.' }),
    resolution: t.field({
      type: TemplateResolution,
      required: true,
      description: 'The way in which the conflict is resolved.',
    }),
  }),
});

/** The input fields that choose the organization, the release and the name of the agent. */
export const installFields = (t: InputFields) => ({
  organizationId: t.idOf('Organization', {
    description:
      'The organization that installs the template. Default: the personal organization of the viewer, which is NOT_FOUND when the token of the viewer does not reach it.',
  }),
  release: t.int({
    description:
      'The number of the release to install. Default: the newest release. NOT_FOUND when the template has no such release.',
  }),
  name: t.string({
    description:
      'The name of the agent, 1 to 100 characters. Default: the name of the template. An agent that is already installed keeps its name.',
  }),
});

/** The input fields that installing and resyncing share. */
export const planFields = (t: InputFields) => ({
  resolutions: t.field({
    type: [ResolutionInput],
    description: 'The resolutions of conflicts, at most 2,000. They are part of the hash of the plan.',
  }),
  expectedPlanHash: t.string({
    description:
      'The hash of the plan to carry out. When the current plan has another hash, the mutation returns PLAN_STALE. Without a hash, the current plan is carried out.',
  }),
});
