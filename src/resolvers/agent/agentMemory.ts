import { AgentNotRunningError, QuotaExceededError } from '../../errors/errors.ts';
import { Agent } from '../../schema/agent/agent.ts';
import { AgentMemory } from '../../schema/agent/agentMemory.ts';
import { putAgentMemory, putAgentMemoryInput } from '../../services/agent/agentMemory.ts';
import { mutation } from '../kit/mutation.ts';

mutation('putAgentMemory', {
  description:
    "Stores a value under a key of an agent's memory. It replaces the value that the key had. Refused with AGENT_NOT_RUNNING when the agent is STOPPED or in ERROR, and with QUOTA_EXCEEDED when its memory would have too many keys or bytes. Allowed for the agent itself, OWNER and ADMIN.",
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'The agent whose memory changes.' }),
    key: t.string({ required: true, description: 'The key, 1 to 255 characters.' }),
    value: t.string({
      required: true,
      description:
        'The value, up to 65,536 characters. It is stored unchanged, including spaces at its ends.',
    }),
  }),
  schema: putAgentMemoryInput,
  errors: [AgentNotRunningError, QuotaExceededError],
  act: putAgentMemory,
  payload: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'The agent whose memory changed.' }),
    memory: t.exposeNode('agentMemoryId', {
      type: AgentMemory,
      description: 'The entry that the key has now.',
    }),
  }),
});
