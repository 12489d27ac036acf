import { z } from 'zod';
import { isOwnAgent } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { line, validate } from '../act/input.ts';
import { lockAgent, visibleAgent } from './agent.ts';
import { isOffboarded } from './agentRule.ts';
import { endAgents } from './endAgents.ts';
import { type Holdings, holdingsResult, lockHoldings, NOTHING } from './holdings.ts';

export const offboardAgentInput = z.object({ reason: line(1, 1000).nullish() });

const result = holdingsResult
  .omit({ terminatedSessions: true })
  .extend({ agentId: z.guid(), terminatedSessionIds: z.array(z.guid()), alreadyOffboarded: z.boolean() });
export type Offboarded = z.output<typeof result>;

/**
 * Stops an agent for good and releases what it holds. Its memory, action log and reviews stay. A job removes its
 * container later. No-op for an agent that is offboarded already.
 */
export async function offboardAgent(
  act: Act,
  { agentId, ...input }: { agentId: string } & z.input<typeof offboardAgentInput>,
) {
  const { reason } = validate(offboardAgentInput, input);
  const visible = await visibleAgent(act, agentId);
  const { organizationId } = visible;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'agent.offboard', organizationId, isOwnAgent(viewer, visible)),
    queue: () => [agentId],
    async lock(tx) {
      const agent = await lockAgent(tx, agentId);
      return { agent, holdings: await lockHoldings(tx, [agentId]) };
    },
    async write(tx, { locked: { agent, holdings } }) {
      if (isOffboarded(agent)) return { agentId, ...released(NOTHING), alreadyOffboarded: true };
      const ending = { organizationId, agentIds: [agentId], holdings, reason: reason ?? null };
      const ended = await endAgents(tx, act, ending);
      return { agentId, ...released(ended.get(agentId) ?? NOTHING), alreadyOffboarded: false };
    },
  });
}

/** The payload reads the sessions back by their ids. */
function released({ terminatedSessions, ...holdings }: Holdings) {
  return { ...holdings, terminatedSessionIds: terminatedSessions.map(({ id }) => id) };
}
