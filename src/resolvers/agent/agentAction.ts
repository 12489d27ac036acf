import { QuotaExceededError } from '../../errors/errors.ts';
import { Agent } from '../../schema/agent/agent.ts';
import { AgentAction } from '../../schema/agent/agentAction.ts';
import { AgentActionOutcome } from '../../schema/agent/enum.ts';
import { logAgentAction, logAgentActionInput } from '../../services/agent/agentAction.ts';
import { mutation } from '../kit/mutation.ts';

mutation('logAgentAction', {
  description:
    "Adds an entry to an agent's action log, for something that the agent attempted outside Muster. Muster itself logs the mutations that it refuses to an agent. Refused with QUOTA_EXCEEDED when the agent has logged too much in one day (UTC). Allowed for the agent itself, OWNER and ADMIN.",
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'The agent that attempted the action.' }),
    action: t.string({ required: true, description: 'The name of the action, 1 to 255 characters.' }),
    outcome: t.field({
      type: AgentActionOutcome,
      required: true,
      description: 'Whether the action was allowed or denied.',
    }),
    metadata: t.field({
      type: 'JSON',
      description: 'Further details of the action: a JSON object of at most 64 KB.',
    }),
  }),
  schema: logAgentActionInput,
  errors: [QuotaExceededError],
  act: logAgentAction,
  payload: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'The agent that attempted the action.' }),
    action: t.exposeNode('agentActionId', {
      type: AgentAction,
      description: 'The new entry of the action log.',
    }),
  }),
});
