import { AgentNotRunningError, RepoAlreadyWatchedError } from '../../errors.ts';
import { id } from '../../globalId.ts';
import { WatchedRepo } from '../../schema/agent/agent.ts';
import { WatchedRepoChanged } from '../../schema/feed/event.ts';
import { builder } from '../../schema/index.ts';
import { COMMON_ERRORS } from '../../schema/kit/error.ts';
import { mutationInput, payload } from '../../schema/kit/mutation.ts';
import { RepoRef } from '../../schema/project/repoRef.ts';
import {
  type Unwatched,
  unwatchRepo,
  type Watched,
  watchRepo,
  watchRepoInput,
} from '../../services/agent/watchedRepo.ts';
import { acting } from '../kit/act.ts';
import { filterArgs, listeningArgs } from '../kit/listeningArgs.ts';
import { filterId, heard, listen } from '../kit/subscribe.ts';
import { agentField } from './agentField.ts';

const WatchRepoInput = mutationInput('WatchRepoInput', 'What `watchRepo` takes.', (t) => ({
  agentId: t.id({ required: true, description: 'The agent that is to watch.' }),
  repo: t.string({
    required: true,
    description: 'The repository, as `owner/name` on GitHub. Letter case does not matter, and is kept.',
  }),
}));

const WatchRepoPayload = payload<Watched>('WatchRepoPayload', 'What `watchRepo` answers.', (t) => ({
  watchedRepo: t.prismaField({
    type: WatchedRepo,
    nullable: true,
    description: 'What it watches now; null in a repetition, when it was released since.',
    resolve: (query, { watchedRepoId }, _args, { db }) =>
      db.prisma.watchedRepo.findUnique({ ...query, where: { id: watchedRepoId } }),
  }),
}));

builder.mutationField('watchRepo', (t) =>
  t.field({
    type: WatchRepoPayload,
    description:
      'Has an agent watch a repository. Of all agents of an organization that one person hired, one at most watches it. For OWNER and ADMIN, and for MEMBERs the agents they hired.',
    args: { input: t.arg({ type: WatchRepoInput, required: true, description: 'See its fields.' }) },
    errors: {
      types: [...COMMON_ERRORS, AgentNotRunningError, RepoAlreadyWatchedError],
      union: { description: 'What `watchRepo` comes to.' },
    },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'watchRepo',
        input,
        (act) => watchRepo(act, { ...input, agentId: id('Agent', input.agentId) }),
        watchRepoInput,
      ),
  }),
);

const UnwatchRepoInput = mutationInput('UnwatchRepoInput', 'What `unwatchRepo` takes.', (t) => ({
  agentId: t.id({ required: true, description: 'The agent that watches.' }),
  repo: t.string({
    required: true,
    description: 'The repository, as `owner/name`. Letter case does not matter.',
  }),
}));

const UnwatchRepoPayload = payload<Unwatched>('UnwatchRepoPayload', 'What `unwatchRepo` answers.', (t) => ({
  agent: agentField(t, 'The agent that watched.'),
  releasedRepo: t.field({
    type: RepoRef,
    nullable: true,
    description: 'The repository it watched until now; null when it did not.',
    resolve: ({ releasedRepo }) => releasedRepo,
  }),
}));

builder.mutationField('unwatchRepo', (t) =>
  t.field({
    type: UnwatchRepoPayload,
    description:
      'Releases a repository that an agent watches, free for another to watch. Twice is a no-op. For OWNER and ADMIN, and for MEMBERs the agents they hired.',
    args: { input: t.arg({ type: UnwatchRepoInput, required: true, description: 'See its fields.' }) },
    errors: { types: COMMON_ERRORS, union: { description: 'What `unwatchRepo` comes to.' } },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'unwatchRepo',
        input,
        (act) => unwatchRepo(act, { ...input, agentId: id('Agent', input.agentId) }),
        watchRepoInput,
      ),
  }),
);

builder.subscriptionField('watchedRepoChanged', (t) =>
  t.field({
    type: WatchedRepoChanged,
    description: 'Repositories as agents begin to watch them, and as they are released.',
    args: { ...listeningArgs(t), agentId: filterArgs.agentId(t) },
    subscribe: (_root, { organizationId, after, agentId }, context) =>
      listen(context, {
        organizationId,
        after,
        types: ['REPO_WATCHED', 'REPO_RELEASED'],
        about: [filterId('Agent', agentId)],
      }),
    resolve: heard,
  }),
);
