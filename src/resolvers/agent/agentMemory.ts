import { AgentNotRunningError } from '../../errors.ts';
import { Agent } from '../../schema/agent/agent.ts';
import { AgentMemory } from '../../schema/agent/agentMemory.ts';
import { putAgentMemory, putAgentMemoryInput } from '../../services/agent/agentMemory.ts';
import { mutation } from '../kit/mutation.ts';

mutation('putAgentMemory', {
  description:
    'Has an agent remember a value under a key, in the place of what it remembered there. For the agent itself, OWNER and ADMIN.',
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'Who is to remember.' }),
    key: t.string({ required: true, description: 'Under which name, 1 to 255 characters.' }),
    value: t.string({ required: true, description: 'What, up to 65,536 characters; kept as it is.' }),
  }),
  schema: putAgentMemoryInput,
  errors: [AgentNotRunningError],
  act: putAgentMemory,
  payload: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'Who remembers.' }),
    memory: t.exposeNode('agentMemoryId', {
      type: AgentMemory,
      description: 'What is remembered under the key now.',
    }),
  }),
});
