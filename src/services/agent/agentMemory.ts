import { z } from 'zod';
import { isOwnAgent } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { line, validate, verbatimText } from '../act/input.ts';
import { assertWithin } from '../act/quota.ts';
import { assertNotEnded, holdAgent, visibleAgent } from './agent.ts';
import { memoryUsage } from './agentUsage.ts';

export const MEMORY_VALUE_MAX_CHARACTERS = 65_536;

export const putAgentMemoryInput = z.object({
  key: line(1, 255),
  value: verbatimText(MEMORY_VALUE_MAX_CHARACTERS),
});

const result = z.object({ agentId: z.guid(), agentMemoryId: z.guid() });
export type Memorized = z.output<typeof result>;

/**
 * Stores a value under a key of the agent's memory, replacing the value that was there.
 * @throws AgentNotRunningError
 * @throws QuotaExceededError
 */
export async function putAgentMemory(
  act: Act,
  { agentId, ...input }: { agentId: string } & z.input<typeof putAgentMemoryInput>,
) {
  const { key, value } = validate(putAgentMemoryInput, input);
  const visible = await visibleAgent(act, agentId);
  const { organizationId } = visible;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'agent.putMemory', organizationId, isOwnAgent(viewer, visible)),
    queue: () => [agentId],
    lock: (tx) => holdAgent(tx, agentId),
    async write(tx, { locked: agent }) {
      assertNotEnded(agent);
      const before = await memoryUsage(tx, agentId);
      const { id: agentMemoryId } = await tx.agentMemory.upsert({
        where: { organizationId_agentId_key: { organizationId, agentId, key } },
        create: { organizationId, agentId, key, value },
        update: { value },
      });
      const { count, bytes } = await memoryUsage(tx, agentId);
      // A memory that is over a quota, because the quota was lowered, may still be changed and shortened.
      if (count > before.count) assertWithin(act.quotas, 'AGENT_MEMORIES', count);
      if (bytes > before.bytes) assertWithin(act.quotas, 'AGENT_MEMORY_BYTES', bytes);
      return { agentId, agentMemoryId };
    },
  });
}
