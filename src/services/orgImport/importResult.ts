import { z } from 'zod';
import type { Json } from './document/document.ts';
import type { Requirement } from './document/requirements.ts';
import type { OrgImportPlan } from './plan/plan.ts';

const item = z.object({
  action: z.enum(['CREATED', 'SKIPPED', 'UPDATED', 'MOVED', 'REMOVED', 'NOT_SPAWNED']),
  name: z.string(),
  path: z.array(z.string()),
  reason: z.string(),
  workspaceId: z.guid().nullable(),
  drift: z.array(
    z.object({ field: z.string(), before: z.custom<Json>().nullable(), after: z.custom<Json>().nullable() }),
  ),
  duplicateOf: z.guid().nullable(),
});

const requirement = z.object({
  anyOf: z.array(z.string()),
  level: z.enum(['REQUIRED', 'RECOMMENDED']),
  workspacePaths: z.array(z.array(z.string())),
});

const plan = z.object({
  hash: z.string(),
  items: z.array(item),
  unmetRequirements: z.array(requirement),
});

export type PlanResult = z.output<typeof plan>;
export type ItemResult = z.output<typeof item>;

/** `importId` is null for a dry run. */
export const importResult = z.object({ importId: z.guid().nullable(), plan });
export type ImportResult = z.output<typeof importResult>;

/** @param workspaceIds for each item, once it is carried out; in a plan, what is to be created has none */
export function planResult(
  { hash, items }: OrgImportPlan,
  unmetRequirements: Requirement[],
  workspaceIds: readonly (string | null)[] = items.map(({ workspaceId }) => workspaceId),
): PlanResult {
  return {
    hash,
    items: items.map(({ action, name, path, reason, drift, duplicateOf }, index) => ({
      action,
      name,
      path,
      reason,
      workspaceId: workspaceIds[index] ?? null,
      drift,
      duplicateOf,
    })),
    unmetRequirements,
  };
}
