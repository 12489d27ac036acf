import { builder } from '../kit/builder.ts';
import { repoOfRow } from '../project/repoRef.ts';

export const ReviewedPullRequest = builder.prismaNode('ReviewedPullRequest', {
  id: { field: 'id' },
  description: 'A pull request that an agent reviewed, for the person who hired it.',
  fields: (t) => ({
    repo: t.field({
      ...repoOfRow,
      description: 'The repository it is in, as it was written.',
    }),
    number: t.exposeInt('number', { description: 'Its number there.' }),
    agent: t.relation('agent', { description: 'Who reviewed it.' }),
    reviewedAt: t.expose('reviewedAt', { type: 'DateTime', description: 'When that was recorded.' }),
  }),
});
