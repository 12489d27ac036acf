import { Agent } from '../../schema/agent/agent.ts';
import { RepoRef } from '../../schema/project/repoRef.ts';
import { Session } from '../../schema/session/session.ts';
import { offboardAgent, offboardAgentInput } from '../../services/agent/offboardAgent.ts';
import { mutation } from '../kit/mutation.ts';

mutation('offboardAgent', {
  description: `Has an agent stop working, at once and for good: its status is STOPPED, its tokens are revoked, the repositories it watched are released, its live sessions are terminated. What it remembers, its log and its reviews stay. Heard as REPO_RELEASED for each repository, SESSION_UPDATED for each session, TOKEN_ARCHIVED for each token, and one AGENT_OFFBOARDED.

A container is taken down later, by a job: this waits for none. Twice is a no-op. For OWNER and ADMIN, and for MEMBERs the agents they hired.`,
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'The agent that is to stop working.' }),
    reason: t.string({ description: 'Why, 1 to 1,000 characters.' }),
  }),
  schema: offboardAgentInput,
  act: offboardAgent,
  payload: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'The offboarded agent.' }),
    releasedRepos: t.expose('releasedRepos', {
      type: [RepoRef],
      description: 'The repositories it watched, free now for others to watch. Empty the second time.',
    }),
    terminatedSessions: t.exposeNodes('terminatedSessionIds', {
      type: Session,
      description:
        'Its sessions that were live, ended now. Their pull requests can be claimed without a takeover. Empty the second time.',
    }),
    revokedTokens: t.exposeInt('revokedTokens', {
      description:
        'How many of its tokens were good until now. Their open subscriptions close within a second.',
    }),
    alreadyOffboarded: t.exposeBoolean('alreadyOffboarded', {
      description: 'Whether it had been offboarded before; then nothing was done.',
    }),
  }),
});
