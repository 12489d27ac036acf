import type { InstalledItem } from '../../services/template/install/installedItem.ts';
import type { PlanAction, PlanReason } from '../../services/template/plan/plan.ts';
import { builder } from '../kit/builder.ts';
import { TemplateItemKind } from './itemKind.ts';

const ACTIONS: Record<PlanAction, string> = {
  CREATE: 'A row is made.',
  UPDATE: 'The row takes what the release changed. What was changed here in other fields stays.',
  UNCHANGED: 'The row is as the release says.',
  ARCHIVE: 'The item has left the release: its row is archived.',
  RESTORE: 'The row is archived, and becomes live again.',
  KEEP_LOCAL: 'The row was changed or archived here, and stays so.',
  ADOPT: 'A row of the organization becomes the installation’s, as it is.',
  SKIP: 'The item is left out.',
  ORPHAN:
    'The item has left the release, and its row stays because something refers to it or it was changed here.',
  CONFLICT: 'Only a resolution can tell what is to happen. In plans alone: such a plan is not carried out.',
};

const REASONS: Record<PlanReason, string> = {
  NEW: 'CREATE: no row mirrors the item yet.',
  RELEASE_CHANGED: 'UPDATE: the release changed and the row did not.',
  MERGED: 'UPDATE: both changed, in different fields.',
  RELEASE_CHOSEN: 'UPDATE, RESTORE, ARCHIVE: both changed, and the resolution ADOPT chose the release.',
  SAME: 'UNCHANGED: the row equals the release.',
  ARCHIVED_ALREADY: 'UNCHANGED: the item left the release, and the row is archived already.',
  LOCAL_CHANGED: 'KEEP_LOCAL, ORPHAN: the row was changed here.',
  LOCAL_ARCHIVED: 'KEEP_LOCAL: the row was archived here.',
  RETURNED: 'RESTORE: the item is in the release again.',
  LEFT_RELEASE: 'ARCHIVE: the item left the release.',
  REFERENCED: 'ORPHAN: something still refers to the row.',
  RESOLVED: 'ADOPT, SKIP, KEEP_LOCAL: a resolution says so, given now or earlier.',
  DETACHED: 'SKIP: the row was detached from the installation.',
  DEPENDS_ON_SKIPPED: 'SKIP: the item refers to one that has no live row here.',
  SLUG_TAKEN: 'CONFLICT: another live row has the slug.',
  SLUG_ARCHIVED: 'CONFLICT: an archived row of the organization has the slug.',
  BOTH_CHANGED: 'CONFLICT: the release and the row changed the same field to different values.',
  CHANGED_AND_ARCHIVED: 'CONFLICT: the release changed the item, and the row was archived here.',
  REMOVED_AND_CHANGED: 'CONFLICT: the item left the release, and the row was changed here.',
};

const valuesOf = <Name extends string>(descriptions: Record<Name, string>) =>
  Object.fromEntries(
    Object.entries<string>(descriptions).map(([name, description]) => [name, { value: name, description }]),
  ) as { [Each in Name]: { value: Each; description: string } };

const PlanActionType = builder.enumType('TemplatePlanAction', {
  description: 'What happens to an item of a release.',
  values: valuesOf(ACTIONS),
});

export const PlanReasonType = builder.enumType('TemplatePlanReason', {
  description: 'Why an item has its action.',
  values: valuesOf(REASONS),
});

const FieldDiff = builder.objectRef<InstalledItem['diff'][number]>('TemplateFieldDiff').implement({
  description: 'A field in which a row and a release differ. References are shown as slugs.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The field, such as `prompt`.' }),
    before: t.expose('before', {
      type: 'JSON',
      nullable: true,
      description: 'The value of the row; null when it has none, and of an agent’s config, which is private.',
    }),
    after: t.expose('after', {
      type: 'JSON',
      nullable: true,
      description: 'The value of the release; null when it has none, and of an agent’s config.',
    }),
  }),
});

export const TemplatePlanItem = builder.objectRef<InstalledItem>('TemplatePlanItem').implement({
  description: 'What happens to one item of a release, or to the row of an item that has left it.',
  fields: (t) => ({
    kind: t.expose('kind', { type: TemplateItemKind, description: 'What it is.' }),
    sourceKey: t.exposeString('sourceKey', {
      description: 'Its key in all releases of the template. A rename does not change it.',
    }),
    slug: t.exposeString('slug', {
      description: 'Its slug in the release; of an item that has left it, the slug of the row.',
    }),
    action: t.expose('action', { type: PlanActionType, description: 'What happens.' }),
    reason: t.expose('reason', { type: PlanReasonType, description: 'Why.' }),
    diff: t.expose('diff', {
      type: [FieldDiff],
      description: 'What changes in the row; of a CONFLICT, what the resolution ADOPT would change.',
    }),
    kept: t.expose('kept', {
      type: [FieldDiff],
      description: 'In what the row goes on to differ from the release.',
    }),
  }),
});
