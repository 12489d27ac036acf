import { entityField, uuidIn } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { RepoRef, repoOfRow } from '../project/repoRef.ts';
import { Agent } from './agent.ts';
import { AGENT_SUBJECT, mayWithAgent } from './agentRights.ts';

export const WatchedRepo = builder.prismaNode('WatchedRepo', {
  id: { field: 'id' },
  description: 'A repository that an agent watches. Gone when it is released.',
  fields: (t) => ({
    repo: t.field({
      ...repoOfRow,
      description: 'The repository, as it was written when it was first watched.',
    }),
    agent: t.relation('agent', { description: 'Who watches it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when.' }),
    viewerCanUnwatch: t.boolean({
      description: 'Whether the viewer may release it.',
      select: { agent: { select: AGENT_SUBJECT } },
      resolve: ({ agent }, _args, { viewer }) => mayWithAgent(viewer, 'agent.unwatchRepo', agent),
    }),
  }),
});

liveNoun('WatchedRepo', {
  changes: {
    REPO_WATCHED: 'An agent began to watch a repository.',
    REPO_RELEASED: 'A repository is watched no more.',
  },
  events: {
    watchedRepoChanged: {
      description: 'Repositories as agents begin to watch them, and as they are released.',
      event: 'An agent began to watch a repository, or watches it no more.',
      filters: ['Agent'],
      fields: (t) => ({
        repo: t.field({
          type: RepoRef,
          description: 'The repository, as it was written when it was first watched.',
          resolve: ({ payload }) => (payload.row as { repo: { owner: string; name: string } }).repo,
        }),
        agent: entityField(t, {
          type: Agent,
          description: 'The agent, read at delivery: at least as new as the event.',
          id: ({ payload }) => uuidIn(payload.row, 'agent'),
        }),
      }),
    },
  },
});
