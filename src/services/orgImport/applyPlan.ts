import type { Tx } from '../../db.ts';
import type { Author } from '../act/structureEvent.ts';
import type { JobQueue } from '../port/job.ts';
import type { Runtime } from '../port/runtime.ts';
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
  /** For each item of the plan, the id of its workspace; null for what is not spawned and has no row. */
  workspaceIds: (string | null)[];
  /** How many of the created workspaces need no container, and so are ONLINE already. */
  onlineCount: number;
};

/**
 * Does what a plan says. The tree must be locked. It takes as many statements for ten thousand workspaces as for one:
 * each kind of change is one statement for all rows, and the order of the kinds is the one that the plan promises to
 * be possible.
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
  // Agents and sessions are locked before any workspace changes: offboardAgent locks an agent first and then changes
  // its workspace.
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
    // What was below a removed workspace and moved away is no longer among what goes with it.
    const removal = await lockRemoval(tx, organizationId, removedIds);
    const reason = `An import of ${JSON.stringify(documentName)} removed the workspace.`;
    await removeWorkspaces(tx, by, removal, { reason, importId });
  }
  return { workspaceIds, onlineCount };
}

/**
 * The triggers of the tree join the changed rows with each other and with their tables. PostgreSQL keeps the plan of
 * such a join for the connection. One that was made for a single row takes minutes for ten thousand.
 */
async function discardPlans(tx: Tx): Promise<void> {
  await tx.$executeRaw`DISCARD PLANS`;
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
