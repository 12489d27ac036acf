/** An agent stops working: what it holds is free at once, what it learned stays. */
import { z } from 'zod';
import type { Agent } from '../../../prisma/client/client.ts';
import { isOwnAgent } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../db.ts';
import { globalId } from '../../globalId.ts';
import { type Act, perform } from '../act/act.ts';
import { text, validate } from '../act/input.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { lockAgent, visibleAgent } from './agent.ts';

export const offboardAgentInput = z.object({ reason: text(1, 1000).nullish() });

export type Offboarded = {
  agentId: string;
  releasedRepos: { owner: string; name: string }[];
  terminatedSessionIds: string[];
  revokedTokens: number;
  alreadyOffboarded: boolean;
};

/** Offboards an agent; one that is offboarded stays as it is. Its container is taken down later, by a job. */
export async function offboardAgent(
  act: Act,
  { agentId, ...input }: { agentId: string } & z.input<typeof offboardAgentInput>,
) {
  const { reason } = validate(offboardAgentInput, input);
  const visible = await visibleAgent(act, agentId);
  const { organizationId } = visible;
  return await perform<Offboarded, { agent: Agent; holdings: Holdings }>(act, {
    organizationId,
    may: (viewer) => authorize(viewer, 'agent.offboard', organizationId, isOwnAgent(viewer, visible)),
    async lock(tx) {
      const agent = await lockAgent(tx, agentId);
      return { agent, holdings: await lockHoldings(tx, agentId) };
    },
    async work(tx, { agent, holdings }) {
      if (agent.status === 'STOPPED') return { agentId, ...NOTHING, alreadyOffboarded: true };

      await tx.agent.update({
        where: { id: agentId },
        data: {
          status: 'STOPPED',
          offboardedAt: new Date(),
          offboardReason: reason ?? null,
          containerRef: null,
        },
      });
      if (agent.containerRef !== null) {
        const { containerRef } = agent;
        await act.jobs.enqueue(tx, { name: 'agent.teardown', data: { agentId, containerRef } });
      }
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'agent.offboarded',
        subject: { type: 'Agent', id: agentId },
        payload: {
          reason: reason ?? null,
          releasedRepos: holdings.releasedRepos.map(({ owner, name }) => `${owner}/${name}`),
          terminatedSessions: holdings.terminatedSessionIds.map((id) => globalId('Session', id)),
          revokedTokens: holdings.revokedTokens,
        },
      });
      return { agentId, ...holdings, alreadyOffboarded: false };
    },
  });
}

type Holdings = Pick<Offboarded, 'releasedRepos' | 'terminatedSessionIds' | 'revokedTokens'>;

const NOTHING: Holdings = { releasedRepos: [], terminatedSessionIds: [], revokedTokens: 0 };

/**
 * What an agent holds, for whoever has locked it: a change of its status releases all of it, by a trigger. Sessions are
 * locked in the order in which everybody does.
 */
export async function lockHoldings(tx: Tx, agentId: string): Promise<Holdings> {
  const sessions = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM session WHERE agent_id = ${agentId}::uuid AND NOT is_terminated ORDER BY id FOR NO KEY UPDATE`;
  const repos = await tx.watchedRepo.findMany({ where: { agentId }, orderBy: { createdAt: 'asc' } });
  const revokedTokens = await tx.token.count({
    where: { agentId, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
  });
  return {
    releasedRepos: repos.map(({ repoOwner, repoName }) => ({ owner: repoOwner, name: repoName })),
    terminatedSessionIds: sessions.map(({ id }) => id),
    revokedTokens,
  };
}
