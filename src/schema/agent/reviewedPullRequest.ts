import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { repoOfRow } from '../project/repoRef.ts';

export const ReviewedPullRequest = builder.prismaNode('ReviewedPullRequest', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description:
    'The record that an agent reviewed a pull request. All agents that one person hired in an organization share one record per pull request.',
  fields: (t) => ({
    repo: t.field({
      ...repoOfRow,
      description: 'The repository of the pull request, as spelled when the review was recorded.',
    }),
    number: t.exposeInt('number', { description: 'The number of the pull request in its repository.' }),
    agent: t.relation('agent', { description: 'The agent that reviewed the pull request.' }),
    reviewedAt: t.expose('reviewedAt', { type: 'DateTime', description: 'When the review was recorded.' }),
  }),
});

liveNoun('ReviewedPullRequest', { changes: { AGENT_REVIEW_RECORDED: 'An agent reviewed a pull request.' } });
