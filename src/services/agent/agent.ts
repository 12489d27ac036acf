import { z } from 'zod';
import type { Agent } from '../../../prisma/client/client.ts';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../db.ts';
import { AgentNotRunningError, NotFoundError } from '../../errors.ts';
import { type Act, perform } from '../act/act.ts';
import { jsonObject, text, validate } from '../act/input.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';

export const hireAgentInput = z.object({
  name: text(1, 100),
  role: text(1, 100),
  config: jsonObject.nullish(),
});

/**
 * Hires an agent. Without a runtime it is RUNNING at once; with one it is PENDING until a job had its container
 * started.
 */
export async function hireAgent(
  act: Act,
  { organizationId, ...input }: { organizationId: string } & z.input<typeof hireAgentInput>,
) {
  const { name, role, config } = validate(hireAgentInput, input);
  return await perform(act, {
    organizationId,
    may: (viewer) => authorize(viewer, 'agent.hire', organizationId),
    async work(tx, _locked, viewer) {
      const hasContainer = act.runtime.kind !== 'none';
      const { id: agentId } = await tx.agent.create({
        data: {
          organizationId,
          name,
          role,
          config: config ?? {},
          status: hasContainer ? 'PENDING' : 'RUNNING',
          hiredById: viewer.id,
        },
      });
      if (hasContainer) await act.jobs.enqueue(tx, { name: 'agent.start', data: { agentId } });
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'agent.hired',
        subject: { type: 'Agent', id: agentId },
        payload: { name, role },
      });
      return { agentId };
    },
  });
}

/**
 * The agent, if the viewer sees it.
 * @throws NotFoundError
 */
export async function visibleAgent(act: Act, agentId: string): Promise<Agent> {
  const agent = await act.db.prisma.agent.findFirst({
    where: { id: agentId, organizationId: { in: [...act.viewer.roles.keys()] } },
  });
  if (!agent) throw new NotFoundError();
  return agent;
}

/** Locks an agent for an act that changes it: nobody else changes it meanwhile, or gives it anything to hold. */
export async function lockAgent(tx: Tx, agentId: string): Promise<Agent> {
  await tx.$queryRaw`SELECT FROM agent WHERE id = ${agentId}::uuid FOR NO KEY UPDATE`;
  return await tx.agent.findUniqueOrThrow({ where: { id: agentId } });
}

/** Locks an agent for an act that gives it something to hold: its status stays what it is meanwhile. */
export async function holdAgent(tx: Tx, agentId: string): Promise<Agent> {
  await tx.$queryRaw`SELECT FROM agent WHERE id = ${agentId}::uuid FOR SHARE`;
  return await tx.agent.findUniqueOrThrow({ where: { id: agentId } });
}

/** @throws AgentNotRunningError */
export function assertRunning({ status }: Pick<Agent, 'status'>): void {
  if (status !== 'RUNNING') throw new AgentNotRunningError(status);
}

/**
 * That it has not ended; it may still be starting.
 * @throws AgentNotRunningError
 */
export function assertNotEnded({ status }: Pick<Agent, 'status'>): void {
  if (status === 'STOPPED' || status === 'ERROR') throw new AgentNotRunningError(status);
}
