/** The items of a plan as clients see them. */
import { z } from 'zod';
import { TemplateItemKind } from '../../../../prisma/client/enums.ts';
import { type FieldDiff, PLAN_ACTIONS, PLAN_REASONS, type Plan, type PlanItem } from '../plan/plan.ts';

const fieldDiff = z.object({ field: z.string(), before: z.unknown(), after: z.unknown() });

export const installedItem = z.object({
  kind: z.enum(TemplateItemKind),
  sourceKey: z.string(),
  slug: z.string(),
  action: z.enum(PLAN_ACTIONS),
  reason: z.enum(PLAN_REASONS),
  diff: z.array(fieldDiff),
  kept: z.array(fieldDiff),
});

export type InstalledItem = z.output<typeof installedItem>;

export function installedItems({ items }: Plan): InstalledItem[] {
  return items.map((item) => {
    const { kind, sourceKey, slug, action, reason, diff, kept } = item;
    return {
      ...{ kind, sourceKey, slug, action, reason },
      diff: diff.map((each) => shown(item, each)),
      kept: kept.map((each) => shown(item, each)),
    };
  });
}

/** Hides the values of an agent's config, which is private to its runtime. Clients see only that the config differs. */
function shown({ kind }: PlanItem, diff: FieldDiff): z.output<typeof fieldDiff> {
  const isPrivate = kind === 'AGENT' && diff.field === 'config';
  return isPrivate ? { field: diff.field, before: null, after: null } : { ...diff };
}
