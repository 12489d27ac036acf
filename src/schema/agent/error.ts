import { AgentNotRunningError, RepoAlreadyWatchedError } from '../../errors/errors.ts';
import { userError } from '../kit/userError.ts';
import { Agent } from './agent.ts';
import { AgentStatus } from './enum.ts';

userError(AgentNotRunningError, {
  description: 'the status of the agent does not allow this.',
  fields: (t) => ({
    status: t.expose('status', { type: AgentStatus, description: 'The current status of the agent.' }),
  }),
});

userError(RepoAlreadyWatchedError, {
  description: 'another agent that the same person hired already watches the repository, or this agent does.',
  fields: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'The agent that watches the repository.' }),
  }),
});
