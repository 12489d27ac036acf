import type { PlacedWorkspace } from './workspaces.ts';

export type OwnedItem<Value> = { workspaceId: string; value: Value };

/**
 * The schedules or channels to write: all of a new workspace, and of a changed one those that its drift names. The
 * drift never names what was made at runtime, and says of what left the document that it is disabled.
 */
export function ownedItems<Value>(
  key: 'schedules' | 'channels',
  created: readonly PlacedWorkspace[],
  changed: readonly PlacedWorkspace[],
): OwnedItem<Value>[] {
  return [
    ...created.flatMap(({ id, node }) =>
      node[key].map((value) => ({ workspaceId: id, value: value as Value })),
    ),
    ...changed.flatMap(({ id, item: { drift } }) =>
      drift
        .filter(({ field }) => field.startsWith(`${key}.`))
        .map(({ after }) => ({ workspaceId: id, value: after as Value })),
    ),
  ];
}
