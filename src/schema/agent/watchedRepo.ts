import { entityField, uuidIn } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { RepoRef, repoOfRow } from '../project/repoRef.ts';
import { Agent } from './agent.ts';
import { AGENT_SUBJECT, mayWithAgent } from './agentRights.ts';

export const WatchedRepo = builder.prismaNode('WatchedRepo', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'A repository that an agent watches. The record is deleted when the repository is released.',
  fields: (t) => ({
    repo: t.field({
      ...repoOfRow,
      description: 'The repository, as spelled when the agent began to watch it.',
    }),
    agent: t.relation('agent', { description: 'The agent that watches the repository.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the agent began to watch the repository.',
    }),
    viewerCanUnwatch: t.boolean({
      sharedBy: 'VIEWER',
      description: 'Whether the viewer may make the agent stop watching the repository.',
      select: { agent: { select: AGENT_SUBJECT } },
      resolve: ({ agent }, _args, { viewer }) => mayWithAgent(viewer, 'agent.unwatchRepo', agent),
    }),
  }),
});

liveNoun('WatchedRepo', {
  changes: {
    REPO_WATCHED: 'An agent began to watch a repository.',
    REPO_RELEASED: 'An agent stopped watching a repository.',
  },
  events: {
    watchedRepoChanged: {
      description: 'Repositories that agents begin to watch or stop watching.',
      event: 'An agent began to watch a repository, or stopped watching it.',
      filters: ['Agent'],
      fields: (t) => ({
        repo: t.field({
          type: RepoRef,
          description: 'The repository, as spelled when the agent began to watch it.',
          resolve: ({ payload }) => (payload.row as { repo: { owner: string; name: string } }).repo,
        }),
        agent: entityField(t, {
          type: Agent,
          description: 'The agent, read at delivery and at least as new as the event.',
          id: ({ payload }) => uuidIn(payload.row, 'agent'),
        }),
      }),
    },
  },
});
