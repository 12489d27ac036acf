import type { Tx } from '../../database/db.ts';
import { type Author, recordStructureEvents } from '../act/structureEvent.ts';
import { lockAgentsOf } from '../agent/agent.ts';
import { endAgents } from '../agent/endAgents.ts';
import { type LockedHoldings, lockHoldings } from '../agent/holdings.ts';
import { liveSubtrees, type SubtreeWorkspace } from './subtree.ts';
import { lockOrgTree } from './workspace.ts';

/** The workspaces and agents of a removal, locked until the transaction ends. */
export type LockedRemoval = {
  organizationId: string;
  /** Parents first. */
  workspaces: SubtreeWorkspace[];
  agentIds: string[];
  holdings: Map<string, LockedHoldings>;
};

export type Removed = {
  /** Children before their parents, each once. */
  workspaceIds: string[];
  /** The offboarded agents of these workspaces. */
  agentIds: string[];
};

/**
 * Takes the locks of a removal: the tree, then agents and sessions in the order of their ids.
 *
 * @param workspaceIds the roots of the removed subtrees. They may overlap, and may contain removed workspaces.
 */
export async function lockRemoval(
  tx: Tx,
  organizationId: string,
  workspaceIds: string[],
): Promise<LockedRemoval> {
  await lockOrgTree(tx, organizationId);
  const workspaces = await liveSubtrees(tx, organizationId, workspaceIds);
  // While the tree is locked, no agent can be hired for these workspaces.
  const agentIds = await lockAgentsOf(
    tx,
    workspaces.map(({ id }) => id),
  );
  return { organizationId, workspaces, agentIds, holdings: await lockHoldings(tx, agentIds) };
}

/**
 * Removes subtrees. Their workspaces become REMOVED, a trigger disables the schedules, and the agents are offboarded.
 * Jobs remove the containers. The number of statements does not depend on the number of workspaces.
 *
 * @param reason stored with the offboarded agents and in the audit trail
 * @param importId the import that removes the workspaces, if any
 */
export async function removeWorkspaces(
  tx: Tx,
  by: Author,
  { organizationId, workspaces, agentIds, holdings }: LockedRemoval,
  { reason, importId }: { reason: string; importId?: string },
): Promise<Removed> {
  const removed = workspaces.toReversed();
  const workspaceIds = removed.map(({ id }) => id);
  if (workspaceIds.length === 0) return { workspaceIds, agentIds: [] };
  await tx.$executeRaw`
    UPDATE workspace SET status = 'REMOVED', removed_at = now(), active_tasks = 0, current_task = NULL
     WHERE id = ANY(${workspaceIds}::uuid[])`;
  await recordStructureEvents(
    tx,
    by,
    removed.map(({ id, name, path }) => ({
      organizationId,
      type: 'workspace.removed',
      subject: { type: 'Workspace', id },
      payload: { name, path, reason },
      importId,
    })),
  );
  await endAgents(tx, by, { organizationId, agentIds, holdings, reason });
  return { workspaceIds, agentIds };
}
