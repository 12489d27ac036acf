import { entityField, uuidIn } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { RepoRef } from '../project/repoRef.ts';
import { Agent } from './agent.ts';

liveNoun('Agent', {
  changes: {
    AGENT_CREATED: 'An agent was hired.',
    AGENT_UPDATED: 'A public field of an agent changed.',
    AGENT_OFFBOARDED: 'An agent was offboarded. What it held was heard of before.',
  },
  events: {
    agentChanged: {
      description: 'Agents as they are hired, change and are offboarded.',
      event: 'An agent was hired, changed or was offboarded.',
      filters: ['Agent'],
      fields: (t) => ({
        agent: entityField(t, {
          type: Agent,
          description: 'The agent, read at delivery: at least as new as the event.',
        }),
      }),
    },
  },
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
