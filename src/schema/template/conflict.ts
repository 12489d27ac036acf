import type { TemplateConflict as Conflict } from '../../errors/errors.ts';
import type { PlanReason } from '../../services/template/plan/plan.ts';
import { builder } from '../kit/builder.ts';
import { Installation } from './installation.ts';
import { TemplateItemKind } from './itemKind.ts';
import { PlanReasonType } from './planItem.ts';

const ConflictOwner = builder.enumType('TemplateConflictOwner', {
  description: 'The owner of the row that conflicts with an item of a release.',
  values: {
    USER: { value: 'USER', description: 'The organization created the row itself.' },
    TEMPLATE: { value: 'TEMPLATE', description: 'An installation manages the row.' },
  } as const,
});

export const TemplateResolution = builder.enumType('TemplateResolution', {
  description: 'The way in which a conflict is resolved.',
  values: {
    ADOPT: {
      value: 'ADOPT',
      description:
        'The installation manages the row. A row that the organization created stays as it is. A row that the release and the organization both changed takes the values of the release.',
    },
    SKIP: {
      value: 'SKIP',
      description:
        'The installation leaves out the item, or the values of the release, and keeps doing so in later resyncs.',
    },
  } as const,
});

export const TemplateConflict = builder.objectRef<Conflict>('TemplateConflict').implement({
  description: 'An item of a release that cannot be applied without a resolution.',
  fields: (t) => ({
    kind: t.expose('kind', { type: TemplateItemKind, description: 'The kind of the item.' }),
    slug: t.exposeString('slug', {
      description: 'The slug of the item. A resolution names the item by its kind and slug.',
    }),
    reason: t.field({
      type: PlanReasonType,
      description: 'The reason for the conflict.',
      resolve: ({ reason }) => reason as PlanReason,
    }),
    owner: t.expose('owner', { type: ConflictOwner, description: 'The owner of the conflicting row.' }),
    installation: t.exposeNode('installationId', {
      type: Installation,
      nullable: true,
      description:
        'The installation that manages the conflicting row; null when the organization created the row itself.',
    }),
    resolutions: t.field({
      type: [TemplateResolution],
      description: 'The resolutions that resolve the conflict.',
      resolve: ({ resolutions }) => [...resolutions],
    }),
  }),
});
