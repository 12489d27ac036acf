import { AgentNotRunningError, RepoAlreadyWatchedError } from '../../errors/errors.ts';
import { Agent } from '../../schema/agent/agent.ts';
import { WatchedRepo } from '../../schema/agent/watchedRepo.ts';
import { RepoRef } from '../../schema/project/repoRef.ts';
import { unwatchRepo, watchRepo, watchRepoInput } from '../../services/agent/watchedRepo.ts';
import { globalId } from '../../value/globalId.ts';
import { mutation } from '../kit/mutation.ts';

mutation('watchRepo', {
  description:
    'Makes an agent watch a repository. Of all agents that one person hired in an organization, only one can watch a repository at a time. Allowed for OWNER and ADMIN, and for a MEMBER who hired the agent.',
  input: (t) => ({
    agentId: t.idOf('Agent', {
      required: true,
      description: 'The agent that is to watch the repository. It must be RUNNING.',
    }),
    repo: t.string({
      required: true,
      description:
        'The repository, as `owner/name` on GitHub. It is compared without regard to letter case and stored as written.',
    }),
  }),
  schema: watchRepoInput,
  errors: [AgentNotRunningError, RepoAlreadyWatchedError],
  act: watchRepo,
  payload: (t) => ({
    watchedRepo: t.exposeNode('watchedRepoId', {
      type: WatchedRepo,
      nullable: true,
      description:
        'The watched repository. Null when an idempotency key repeats the mutation after the repository was released.',
    }),
  }),
});

mutation('unwatchRepo', {
  description:
    'Makes an agent stop watching a repository, so that another agent can watch it. Changes nothing when the agent does not watch it. Allowed for OWNER and ADMIN, and for a MEMBER who hired the agent.',
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'The agent that watches the repository.' }),
    repo: t.string({
      required: true,
      description: 'The repository to release, as `owner/name`. Letter case does not matter.',
    }),
  }),
  schema: watchRepoInput,
  act: unwatchRepo,
  payload: (t) => ({
    agent: t.exposeNode('agentId', {
      type: Agent,
      description: 'The agent that is to stop watching the repository.',
    }),
    releasedRepo: t.expose('releasedRepo', {
      type: RepoRef,
      nullable: true,
      description: 'The repository that the agent watched until now; null when the agent did not watch it.',
    }),
    releasedRepoId: t.id({
      nullable: true,
      description:
        'The global id that the released WatchedRepo had, for caches to evict; null when the agent did not watch it.',
      resolve: ({ releasedRepo }) => releasedRepo && globalId('WatchedRepo', releasedRepo.id),
    }),
  }),
});
