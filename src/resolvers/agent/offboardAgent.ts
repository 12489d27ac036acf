import { Agent } from '../../schema/agent/agent.ts';
import { RepoRef } from '../../schema/project/repoRef.ts';
import { Session } from '../../schema/session/session.ts';
import { offboardAgent, offboardAgentInput } from '../../services/agent/offboardAgent.ts';
import { globalId } from '../../value/globalId.ts';
import { mutation } from '../kit/mutation.ts';

mutation('offboardAgent', {
  description: `Stops an agent for good. One transaction:

- sets its status to STOPPED,
- releases the repositories that it watches,
- terminates its live sessions,
- revokes its tokens.

Its memory, action log and reviews stay. A background job removes its container later; the mutation does not wait for it. Offboarding an agent that is offboarded already changes nothing.

The feed delivers, in this order: REPO_RELEASED for each repository, SESSION_UPDATED for each session, TOKEN_ARCHIVED for each token, and one AGENT_OFFBOARDED.

Allowed for OWNER and ADMIN, and for a MEMBER who hired the agent.`,
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'The agent to offboard.' }),
    reason: t.string({ description: 'Why the agent is offboarded, 1 to 1,000 characters.' }),
  }),
  schema: offboardAgentInput,
  act: offboardAgent,
  payload: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'The offboarded agent.' }),
    releasedRepos: t.expose('releasedRepos', {
      type: [RepoRef],
      description:
        'The repositories that the agent watched until now. Other agents can watch them from now on. Empty when the agent was offboarded before.',
    }),
    releasedRepoIds: t.idList({
      description:
        'The global ids that the WatchedRepo objects of `releasedRepos` had, in the same order, for caches to evict.',
      resolve: ({ releasedRepos }) => releasedRepos.map(({ id }) => globalId('WatchedRepo', id)),
    }),
    terminatedSessions: t.exposeNodes('terminatedSessionIds', {
      type: Session,
      description:
        'The sessions of the agent that this mutation terminated. Their pull requests can be claimed without a takeover. Empty when the agent was offboarded before.',
    }),
    revokedTokens: t.int({
      description:
        "The number of the agent's tokens that were valid until now. Their open subscriptions close within one second.",
      resolve: ({ revokedTokenIds }) => revokedTokenIds.length,
    }),
    revokedTokenIds: t.idList({
      description: 'The global ids of these tokens.',
      resolve: ({ revokedTokenIds }) => revokedTokenIds.map((id) => globalId('Token', id)),
    }),
    alreadyOffboarded: t.exposeBoolean('alreadyOffboarded', {
      description: 'Whether the agent had been offboarded before, so that this mutation changed nothing.',
    }),
  }),
});
