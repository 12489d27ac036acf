import type { Types } from '../../schema/kit/builder.ts';
import { builder } from '../../schema/kit/builder.ts';
import { TemplateResolution } from '../../schema/template/conflict.ts';
import { TemplateItemKind } from '../../schema/template/itemKind.ts';

type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

const ResolutionInput = builder.inputType('TemplateResolutionInput', {
  description: 'Settles the conflict of one item. It has no effect on an item that is in no conflict.',
  fields: (t) => ({
    kind: t.field({ type: TemplateItemKind, required: true, description: 'The kind of the item.' }),
    slug: t.string({ required: true, description: 'The slug of the item.' }),
    resolution: t.field({ type: TemplateResolution, required: true, description: 'What to do with it.' }),
  }),
});

/** Where a template is installed, and which release. */
export const installFields = (t: InputFields) => ({
  organizationId: t.idOf('Organization', {
    description:
      'The organization to install it into. Without one, the viewer’s personal organization; NOT_FOUND when the token does not reach it.',
  }),
  release: t.int({ description: 'The number of a release. The newest one without it.' }),
  name: t.string({
    description:
      'What people are to call the agent, 1 to 100 characters. The name of the template without it. An agent that is installed already keeps its name.',
  }),
});

/** What installing and resyncing have in common. */
export const planFields = (t: InputFields) => ({
  resolutions: t.field({
    type: [ResolutionInput],
    description: 'What settles conflicts, at most 2,000. They are part of the hash of the plan.',
  }),
  expectedPlanHash: t.string({
    description: 'The hash of the plan that is to be carried out. When the plan has changed: PLAN_STALE.',
  }),
});
