import type { PlacedWorkspace } from './workspaces.ts';

export type OwnedItem<Value> = { workspaceId: string; value: Value };

/**
 * Returns the schedules or channels to write: all of a new workspace, and those in the drift of a changed one. The drift
 * contains no item that was created at runtime. An item that is no longer in the document is disabled in the drift.
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
