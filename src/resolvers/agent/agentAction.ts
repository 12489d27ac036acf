import { Agent } from '../../schema/agent/agent.ts';
import { AgentAction } from '../../schema/agent/agentAction.ts';
import { AgentActionOutcome } from '../../schema/agent/enum.ts';
import { logAgentAction, logAgentActionInput } from '../../services/agent/agentAction.ts';
import { mutation } from '../kit/mutation.ts';

mutation('logAgentAction', {
  description:
    'Adds an entry to the log of what an agent tried, of whatever it did elsewhere. What it is refused here is in there by itself. For the agent itself, OWNER and ADMIN.',
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'Who tried.' }),
    action: t.string({ required: true, description: 'What it tried, 1 to 255 characters.' }),
    outcome: t.field({ type: AgentActionOutcome, required: true, description: 'Whether it could.' }),
    metadata: t.field({
      type: 'JSON',
      description: 'What else there is to say: a JSON object of at most 64 KB.',
    }),
  }),
  schema: logAgentActionInput,
  act: logAgentAction,
  payload: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'Who tried.' }),
    action: t.exposeNode('agentActionId', { type: AgentAction, description: 'The new entry of its log.' }),
  }),
});
