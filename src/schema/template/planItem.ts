import type { InstalledItem } from '../../services/template/install/installedItem.ts';
import type { PlanAction, PlanReason } from '../../services/template/plan/plan.ts';
import { builder } from '../kit/builder.ts';
import { weighs } from '../kit/weight.ts';
import { TemplateItemKind } from './itemKind.ts';

const ACTIONS: Record<PlanAction, string> = {
  CREATE: 'The plan creates a row.',
  UPDATE:
    'The plan writes the fields that the release changed into the row. Changes of the organization to other fields stay.',
  UNCHANGED: 'The row equals the item of the release. The plan does not write it.',
  ARCHIVE: 'The item has left the release. The plan archives its row.',
  RESTORE: 'The row is archived. The plan makes it live again.',
  KEEP_LOCAL: 'The organization changed or archived the row. The plan keeps it so.',
  ADOPT: 'The installation takes over a row of the organization. The values of the row stay.',
  SKIP: 'The plan leaves the item out.',
  ORPHAN:
    'The item has left the release. Its row stays, because something refers to it or the organization changed it.',
  CONFLICT:
    'The item needs a resolution. A plan with a conflict is not carried out, so that only `templateInstallPlan` returns this action.',
};

const REASONS: Record<PlanReason, string> = {
  NEW: 'CREATE: no row mirrors the item yet.',
  RELEASE_CHANGED: 'UPDATE: the release changed the item, and the organization did not change the row.',
  MERGED: 'UPDATE: the release and the organization changed different fields.',
  RELEASE_CHOSEN:
    'UPDATE, RESTORE, ARCHIVE: the release and the organization both changed the item, and the resolution ADOPT chose the release.',
  SAME: 'UNCHANGED: the row equals the item of the release.',
  ARCHIVED_ALREADY: 'UNCHANGED: the item left the release, and its row is already archived.',
  LOCAL_CHANGED: 'KEEP_LOCAL, ORPHAN: the organization changed the row.',
  LOCAL_ARCHIVED: 'KEEP_LOCAL: the organization archived the row.',
  RETURNED: 'RESTORE: the item returned to the release.',
  LEFT_RELEASE: 'ARCHIVE: the item left the release.',
  REFERENCED: 'ORPHAN: something still refers to the row.',
  RESOLVED: 'ADOPT, SKIP, KEEP_LOCAL: a resolution of this input or of an earlier one chose the action.',
  DETACHED: 'SKIP: the row was detached from the installation.',
  DEPENDS_ON_SKIPPED: 'SKIP: the item refers to another item that has no live row in the organization.',
  SLUG_TAKEN: 'CONFLICT: another live row has the slug.',
  SLUG_ARCHIVED: 'CONFLICT: an archived row of the organization has the slug.',
  BOTH_CHANGED: 'CONFLICT: the release and the organization changed the same field to different values.',
  CHANGED_AND_ARCHIVED: 'CONFLICT: the release changed the item, and the organization archived the row.',
  REMOVED_AND_CHANGED: 'CONFLICT: the item left the release, and the organization changed the row.',
};

const valuesOf = <Name extends string>(descriptions: Record<Name, string>) =>
  Object.fromEntries(
    Object.entries<string>(descriptions).map(([name, description]) => [name, { value: name, description }]),
  ) as { [Each in Name]: { value: Each; description: string } };

const PlanActionType = builder.enumType('TemplatePlanAction', {
  description: 'The action of a plan on one item.',
  values: valuesOf(ACTIONS),
});

export const PlanReasonType = builder.enumType('TemplatePlanReason', {
  description: 'The reason for the action of a plan on one item.',
  values: valuesOf(REASONS),
});

const FieldDiff = builder.objectRef<InstalledItem['diff'][number]>('TemplateFieldDiff').implement({
  description: 'A field in which a row differs from the item of the release. References appear as slugs.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The name of the field, such as `prompt`.' }),
    before: t.expose('before', {
      ...weighs({ kilobytes: 8 }),
      type: 'JSON',
      nullable: true,
      description:
        'The value of the row. Null when the row has no value, and always for the config of an agent, which is private.',
    }),
    after: t.expose('after', {
      ...weighs({ kilobytes: 8 }),
      type: 'JSON',
      nullable: true,
      description:
        'The value of the release. Null when the release has no value, and always for the config of an agent, which is private.',
    }),
  }),
});

export const TemplatePlanItem = builder.objectRef<InstalledItem>('TemplatePlanItem').implement({
  description:
    'The part of a plan that concerns one item of a release, or the row of an item that has left the release.',
  fields: (t) => ({
    kind: t.expose('kind', { type: TemplateItemKind, description: 'The kind of the item.' }),
    sourceKey: t.exposeString('sourceKey', {
      description: 'The key of the item in all releases of the template. A new slug does not change the key.',
    }),
    slug: t.exposeString('slug', {
      description:
        'The slug of the item in the release. For an item that has left the release, the slug of its row.',
    }),
    action: t.expose('action', { type: PlanActionType, description: 'The action on the item.' }),
    reason: t.expose('reason', { type: PlanReasonType, description: 'The reason for the action.' }),
    diff: t.expose('diff', {
      type: [FieldDiff],
      description:
        'The fields that change in the row. For a CONFLICT, the fields that the resolution ADOPT would change.',
    }),
    kept: t.expose('kept', {
      type: [FieldDiff],
      description: 'The fields in which the row still differs from the release afterwards.',
    }),
  }),
});
