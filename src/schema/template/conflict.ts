import type { TemplateConflict as Conflict } from '../../errors.ts';
import type { PlanReason } from '../../services/template/plan/plan.ts';
import { builder } from '../kit/builder.ts';
import { Installation } from './installation.ts';
import { TemplateItemKind } from './itemKind.ts';
import { PlanReasonType } from './planItem.ts';

const ConflictOwner = builder.enumType('TemplateConflictOwner', {
  description: 'Whose row is in the way of an item.',
  values: {
    USER: { value: 'USER', description: 'The organization made it itself.' },
    TEMPLATE: { value: 'TEMPLATE', description: 'An installation manages it.' },
  } as const,
});

export const TemplateResolution = builder.enumType('TemplateResolution', {
  description: 'How a conflict is settled.',
  values: {
    ADOPT: {
      value: 'ADOPT',
      description:
        'The row follows the template: one of the organization becomes the installation’s as it is; one that changed on both sides takes the release’s side.',
    },
    SKIP: { value: 'SKIP', description: 'The release’s side is left out. The installation remembers it.' },
  } as const,
});

export const TemplateConflict = builder.objectRef<Conflict>('TemplateConflict').implement({
  description: 'An item of which only a resolution can tell what is to happen.',
  fields: (t) => ({
    kind: t.expose('kind', { type: TemplateItemKind, description: 'What it is.' }),
    slug: t.exposeString('slug', { description: 'Its slug; a resolution names it by kind and slug.' }),
    reason: t.field({
      type: PlanReasonType,
      description: 'What is in the way.',
      resolve: ({ reason }) => reason as PlanReason,
    }),
    owner: t.expose('owner', { type: ConflictOwner, description: 'Whose row is in the way.' }),
    installation: t.exposeNode('installationId', {
      type: Installation,
      nullable: true,
      description:
        'The installation that manages the row in the way; null when the organization made it itself.',
    }),
    resolutions: t.field({
      type: [TemplateResolution],
      description: 'What settles it.',
      resolve: ({ resolutions }) => [...resolutions],
    }),
  }),
});
