import type { Tx } from '../../database/db.ts';
import type { Author } from '../act/structureEvent.ts';
import type { JobQueue } from '../port/job.ts';
import type { Runtime } from '../port/runtime.ts';
import { discardPlans } from '../workspace/discardPlans.ts';
import { lockRemoval, removeWorkspaces } from '../workspace/removeWorkspaces.ts';
import { seatAgents } from './apply/agents.ts';
import { writeChannels } from './apply/channels.ts';
import { writeSchedules } from './apply/schedules.ts';
import { changeWorkspaces, insertWorkspaces, type PlacedWorkspace } from './apply/workspaces.ts';
import type { OrgImportItem, OrgImportPlan } from './plan/plan.ts';

export type Application = {
  organizationId: string;
  importId: string;
  documentName: string;
  plan: OrgImportPlan;
  hiredById: string;
};

export type Applied = {
  /** The workspace id of each item of the plan; null for an item that is NOT_SPAWNED and has no row. */
  workspaceIds: (string | null)[];
  /** The number of created workspaces without a container. They are ONLINE already. */
  onlineCount: number;
};

/**
 * Carries out a plan. The tree must be locked. Each kind of change is one statement for all rows, so the number of
 * statements does not depend on the number of workspaces. The kinds run in an order that breaks no rule of the tree.
 */
export async function applyPlan(
  tx: Tx,
  by: Author & { jobs: JobQueue; runtime: Runtime },
  { organizationId, importId, documentName, plan, hiredById }: Application,
): Promise<Applied> {
  await discardPlans(tx);
  const { items } = plan;
  const removedIds = items.flatMap(({ action, workspaceId }) =>
    action === 'REMOVED' && workspaceId ? [workspaceId] : [],
  );
  // Agents and sessions are locked before any workspace changes: offboardAgent locks an agent and then updates its
  // workspace, and the other order would deadlock with it.
  if (removedIds.length > 0) await lockRemoval(tx, organizationId, removedIds);

  const workspaceIds = await idsOf(tx, items);
  const placed = items.flatMap((item, index) => place(item, workspaceIds[index], workspaceIds));
  const created = placed.filter(({ item }) => item.action === 'CREATED');
  const changed = placed.filter(({ item }) => item.action === 'UPDATED' || item.action === 'MOVED');

  const hasContainers = by.runtime.kind !== 'none';
  await insertWorkspaces(tx, { organizationId, importId, documentName, hasContainers }, created);
  await changeWorkspaces(tx, changed);
  await writeSchedules(tx, organizationId, created, changed);
  await writeChannels(tx, organizationId, created, changed);
  const onlineCount = await seatAgents(tx, by, { organizationId, importId, hiredById }, created);
  if (removedIds.length > 0) {
    // The subtrees are read again: workspaces that were moved out of them are not removed.
    const removal = await lockRemoval(tx, organizationId, removedIds);
    const reason = `An import of ${JSON.stringify(documentName)} removed the workspace.`;
    await removeWorkspaces(tx, by, removal, { reason, importId });
  }
  return { workspaceIds, onlineCount };
}

async function idsOf(tx: Tx, items: readonly OrgImportItem[]): Promise<(string | null)[]> {
  const count = items.filter(({ action }) => action === 'CREATED').length;
  const ids =
    count === 0
      ? []
      : await tx.$queryRaw<{ id: string }[]>`
          SELECT uuid_v7() AS id FROM generate_series(1, ${count}::int) ORDER BY 1`;
  const fresh = ids.values();
  return items.map(({ action, workspaceId }) =>
    action === 'CREATED' ? (fresh.next().value?.id ?? null) : workspaceId,
  );
}

function place(
  item: OrgImportItem,
  id: string | null | undefined,
  ids: readonly (string | null)[],
): PlacedWorkspace[] {
  const { node, parent } = item;
  if (!id || !node) return [];
  return [{ id, parentId: parent === null ? null : (ids[parent] ?? null), node, item }];
}
