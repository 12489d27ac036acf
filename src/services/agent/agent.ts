/** Looks up and locks an agent. */
import { type Agent, Prisma } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { AgentNotRunningError, NotFoundError } from '../../errors/errors.ts';
import type { Act } from '../act/act.ts';
import { columns } from '../act/columns.ts';
import { hasEnded, isRunning } from './agentRule.ts';

/**
 * The agent, if the viewer sees it.
 * @throws NotFoundError
 */
export async function visibleAgent(act: Act, agentId: string): Promise<Agent> {
  const agent = await act.db.prisma.agent.findFirst({
    where: { id: agentId, organizationId: { in: [...act.viewer.roles.keys()] } },
  });
  if (!agent) throw new NotFoundError('agentId');
  return agent;
}

/** Locks an agent for an act that changes it. Acts that change it or give it something to hold wait. */
export async function lockAgent(tx: Tx, agentId: string): Promise<Agent> {
  return await locked(tx, agentId, Prisma.sql`FOR NO KEY UPDATE`);
}

/** Locks the agents that work in workspaces and are not offboarded, in the order of their ids. Returns the ids. */
export async function lockAgentsOf(tx: Tx, workspaceIds: string[]): Promise<string[]> {
  const agents = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM agent
     WHERE workspace_id = ANY(${workspaceIds}::uuid[]) AND status <> 'STOPPED'
     ORDER BY id FOR NO KEY UPDATE`;
  return agents.map(({ id }) => id);
}

/** Locks an agent FOR SHARE, for an act that gives it something to hold: its status stays as it is meanwhile. */
export async function holdAgent(tx: Tx, agentId: string): Promise<Agent> {
  return await locked(tx, agentId, Prisma.sql`FOR SHARE`);
}

/** Agents are kept, so it exists. */
async function locked(tx: Tx, agentId: string, strength: Prisma.Sql): Promise<Agent> {
  const [agent] = await tx.$queryRaw<[Agent]>`
    SELECT ${columns('Agent')} FROM agent WHERE id = ${agentId}::uuid ${strength}`;
  return agent;
}

/** @throws AgentNotRunningError */
export function assertRunning(agent: Pick<Agent, 'status'>): void {
  if (!isRunning(agent)) throw new AgentNotRunningError(agent.status);
}

/** @throws AgentNotRunningError when the agent has ended. It may still be starting. */
export function assertNotEnded(agent: Pick<Agent, 'status'>): void {
  if (hasEnded(agent)) throw new AgentNotRunningError(agent.status);
}
