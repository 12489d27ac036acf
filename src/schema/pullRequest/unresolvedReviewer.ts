import { builder } from '../kit/builder.ts';

type ThreadLink = { url: string; file: string; line: number };

const ReviewThreadLink = builder.objectRef<ThreadLink>('ReviewThreadLink').implement({
  description: 'Where a review thread is.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'Its page; empty when it has none.' }),
    file: t.exposeString('file', { description: 'The file it is about; empty when it is about none.' }),
    line: t.exposeInt('line', { description: 'The line it is about; 0 when it is about the whole file.' }),
  }),
});

export const UnresolvedReviewer = builder.prismaObject('UnresolvedReviewer', {
  description: 'A reviewer of a pull request, with the threads that it opened and that are not resolved.',
  fields: (t) => ({
    reviewer: t.exposeString('reviewer', {
      description: 'The login; `ghost` when it is not known any more.',
    }),
    isBot: t.exposeBoolean('isBot', {
      description: 'Whether it is a bot. Its threads ask nothing of a session.',
    }),
    count: t.exposeInt('count', { description: 'How many threads.' }),
    reviewUrl: t.exposeString('reviewUrl', {
      nullable: true,
      description: 'The page of its latest review; null when it submitted none that has one.',
    }),
    links: t.field({
      type: [ReviewThreadLink],
      description: 'Where the threads are: the oldest ten.',
      select: { links: true },
      // As the view makes them.
      resolve: ({ links }) => links as ThreadLink[],
    }),
  }),
});
