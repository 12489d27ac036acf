import { AgentNotRunningError, RepoAlreadyWatchedError } from '../../errors.ts';
import { Agent } from '../../schema/agent/agent.ts';
import { WatchedRepo } from '../../schema/agent/watchedRepo.ts';
import { RepoRef } from '../../schema/project/repoRef.ts';
import { unwatchRepo, watchRepo, watchRepoInput } from '../../services/agent/watchedRepo.ts';
import { mutation } from '../kit/mutation.ts';

mutation('watchRepo', {
  description:
    'Has an agent watch a repository. Of all agents of an organization that one person hired, one at most watches it. For OWNER and ADMIN, and for MEMBERs the agents they hired.',
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'The agent that is to watch.' }),
    repo: t.string({
      required: true,
      description: 'The repository, as `owner/name` on GitHub. Letter case does not matter, and is kept.',
    }),
  }),
  schema: watchRepoInput,
  errors: [AgentNotRunningError, RepoAlreadyWatchedError],
  act: watchRepo,
  payload: (t) => ({
    watchedRepo: t.exposeNode('watchedRepoId', {
      type: WatchedRepo,
      nullable: true,
      description: 'What it watches now; null in a repetition, when it was released since.',
    }),
  }),
});

mutation('unwatchRepo', {
  description:
    'Releases a repository that an agent watches, free for another to watch. Twice is a no-op. For OWNER and ADMIN, and for MEMBERs the agents they hired.',
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'The agent that watches.' }),
    repo: t.string({
      required: true,
      description: 'The repository, as `owner/name`. Letter case does not matter.',
    }),
  }),
  schema: watchRepoInput,
  act: unwatchRepo,
  payload: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'The agent that watched.' }),
    releasedRepo: t.expose('releasedRepo', {
      type: RepoRef,
      nullable: true,
      description: 'The repository it watched until now; null when it did not.',
    }),
  }),
});
