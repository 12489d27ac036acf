import type { Tx } from '../../db.ts';
import { type Author, recordStructureEvents } from '../act/structureEvent.ts';
import { lockAgentsOf } from '../agent/agent.ts';
import { type EndingAgent, endAgents } from '../agent/endAgents.ts';
import { type Holdings, lockHoldings } from '../agent/holdings.ts';
import type { JobQueue } from '../port/job.ts';
import { liveSubtrees, type SubtreeWorkspace } from './subtree.ts';
import { lockOrgTree } from './workspace.ts';

/** What a removal takes with it, locked until the transaction ends. */
export type LockedRemoval = {
  organizationId: string;
  /** Parents first. */
  workspaces: SubtreeWorkspace[];
  agents: EndingAgent[];
  holdings: Map<string, Holdings>;
};

export type Removed = {
  /** Children before their parents, each once. */
  workspaceIds: string[];
  /** The agents that worked there. They are offboarded. */
  agentIds: string[];
};

/**
 * Takes the locks of a removal: the tree, then agents and sessions in the order of their ids.
 *
 * @param workspaceIds each goes with everything below it. One below another, or removed already, makes no difference.
 */
export async function lockRemoval(
  tx: Tx,
  organizationId: string,
  workspaceIds: string[],
): Promise<LockedRemoval> {
  await lockOrgTree(tx, organizationId);
  const workspaces = await liveSubtrees(tx, organizationId, workspaceIds);
  // With the tree locked, no agent is hired here any more.
  const agents = await lockAgentsOf(
    tx,
    workspaces.map(({ id }) => id),
  );
  const holdings = await lockHoldings(
    tx,
    agents.map(({ id }) => id),
  );
  return { organizationId, workspaces, agents, holdings };
}

/**
 * Removes subtrees, with as many statements for ten thousand workspaces as for one: the workspaces are REMOVED, a trigger
 * turns their schedules off, and the agents that work there are offboarded. Jobs remove the containers.
 *
 * @param reason as the offboarded agents and the audit trail tell it
 * @param importId the import that removes them
 */
export async function removeWorkspaces(
  tx: Tx,
  by: Author & { jobs: JobQueue },
  { organizationId, workspaces, agents, holdings }: LockedRemoval,
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
    removed.map(({ id, path }) => ({
      organizationId,
      type: 'workspace.removed',
      subject: { type: 'Workspace', id },
      payload: { path, reason },
      importId,
    })),
  );
  await endAgents(tx, by, { organizationId, agents, holdings, reason });
  return { workspaceIds, agentIds: agents.map(({ id }) => id) };
}
