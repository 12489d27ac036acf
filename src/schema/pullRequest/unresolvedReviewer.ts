import { builder } from '../kit/builder.ts';
import { orNull } from '../kit/orNull.ts';

type ThreadLink = { url: string; file: string; line: number };

const ReviewThreadLink = builder.objectRef<ThreadLink>('ReviewThreadLink').implement({
  sharedBy: 'MEMBERS',
  description: 'The location of a review thread.',
  fields: (t) => ({
    url: t.string({
      ...orNull('url'),
      description: "The URL of the thread's page; null when the thread has none.",
    }),
    file: t.string({
      ...orNull('file'),
      description: 'The path of the file that the thread is about; null when it is about no file.',
    }),
    line: t.int({
      ...orNull('line'),
      description: 'The line that the thread is about; null when it is about the whole file.',
    }),
  }),
});

export const UnresolvedReviewer = builder.prismaObject('UnresolvedReviewer', {
  sharedBy: 'MEMBERS',
  select: {},
  description: 'A reviewer with unresolved review threads in a pull request.',
  fields: (t) => ({
    reviewer: t.exposeString('reviewer', {
      description: 'The login of the reviewer; `ghost` when the account no longer exists.',
    }),
    isBot: t.exposeBoolean('isBot', {
      description: "Whether the reviewer is a bot. Threads of bots do not affect a session's status.",
    }),
    count: t.exposeInt('count', {
      description:
        'The number of unresolved threads of the reviewer that are not outdated. A thread belongs to the person who opened it; when a bot did, to the first person who answered.',
    }),
    outdatedCount: t.exposeInt('outdatedCount', {
      description:
        'The number of unresolved threads of the reviewer about lines that later commits changed. They are not in `count`.',
    }),
    reviewUrl: t.exposeString('reviewUrl', {
      nullable: true,
      description:
        "The URL of the reviewer's latest review; null when the reviewer submitted no review, or one without a page.",
    }),
    links: t.field({
      type: [ReviewThreadLink],
      description:
        "The locations of the reviewer's unresolved threads, at most ten: the oldest first, and outdated ones last.",
      select: { links: true },
      // The view builds the JSON in this shape.
      resolve: ({ links }) => links as ThreadLink[],
    }),
  }),
});
