import { AgentNotRunningError, RepoAlreadyWatchedError } from '../../errors.ts';
import { userError } from '../kit/userError.ts';
import { Agent } from './agent.ts';
import { AgentStatus } from './enum.ts';

userError(AgentNotRunningError, {
  description: 'the agent is not in a status in which it may do this.',
  fields: (t) => ({ status: t.expose('status', { type: AgentStatus, description: 'Its status.' }) }),
});

userError(RepoAlreadyWatchedError, {
  description: 'an agent that the same person hired watches the repository; perhaps this very one.',
  fields: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'Who watches it.' }),
  }),
});
