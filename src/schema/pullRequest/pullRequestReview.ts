/** The checks, review threads and reviews of a pull request. */

import { builder } from '../kit/builder.ts';
import { columnOf, long } from '../kit/long.ts';
import { orNull } from '../kit/orNull.ts';
import { CheckStatus, ReviewDecision } from './enum.ts';

export const PullRequestCheck = builder.prismaNode('PullRequestCheck', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'A check of one commit of a pull request. Its logs stay on the host.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the check, unique per commit.' }),
    commitSha: t.exposeString('commitSha', { description: 'The SHA of the commit that the check ran on.' }),
    status: t.expose('status', {
      type: CheckStatus,
      description: 'Whether the check is waiting, running or finished, and with which result.',
    }),
    conclusion: t.string({
      ...orNull('conclusion'),
      description:
        "The outcome in the host's own words, such as `TIMED_OUT`; null while there is no outcome.",
    }),
    isRequired: t.exposeBoolean('isRequired', {
      nullable: true,
      description: 'Whether the target branch requires the check. Null when the host does not say.',
    }),
    url: t.string({
      ...orNull('url'),
      description: "The URL of the check's page; null when the check has none.",
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the check started on its host. Null while it waits, and for a commit status, which has no times.',
    }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the check ended on its host. Null until then, and for a commit status, which has no times.',
    }),
    pullRequest: t.relation('pullRequest', { description: 'The pull request that the check belongs to.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the check was first recorded.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the check last changed.' }),
  }),
});

export const PullRequestReviewThread = builder.prismaNode('PullRequestReviewThread', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'A review thread about a file or a line of the changes. Its comments stay on the host.',
  fields: (t) => ({
    path: t.string({
      ...orNull('path'),
      description: 'The path of the file that the thread is about; null when it is about no file.',
    }),
    line: t.int({
      ...orNull('line'),
      description: 'The line that the thread is about; null when it is about the whole file.',
    }),
    isResolved: t.exposeBoolean('isResolved', {
      description: 'Whether the thread is resolved, or no longer exists on the host.',
    }),
    isOutdated: t.exposeBoolean('isOutdated', {
      description:
        "Whether later commits changed the lines that the thread is about. Such a thread does not affect a session's status while the host would merge the approved pull request.",
    }),
    isBot: t.exposeBoolean('isBot', {
      description:
        "Whether only bots have written in the thread, the author of the pull request aside. Such threads do not affect a session's status.",
    }),
    isByAuthor: t.exposeBoolean('isByAuthor', {
      description:
        "Whether the author of the pull request opened the thread. Such threads do not affect a session's status.",
    }),
    pullRequest: t.relation('pullRequest', { description: 'The pull request that the thread belongs to.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the thread was first recorded.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the thread last changed.' }),
  }),
});

export const PullRequestReview = builder.prismaNode('PullRequestReview', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'A submitted review of a pull request.',
  fields: (t) => ({
    author: t.exposeString('author', { description: 'The login of the reviewer.' }),
    state: t.expose('state', {
      type: ReviewDecision,
      description: 'The verdict of the review; NONE for a comment.',
    }),
    body: t.string({
      ...long('PullRequestReview', 'body', 64),
      nullable: true,
      description: 'The text of the review; null when it has none.',
      resolve: async (review, _args, context) =>
        (await columnOf('PullRequestReview', 'body', review, context)) || null,
    }),
    url: t.string({
      ...orNull('url'),
      description: "The URL of the review's page; null when the review has none.",
    }),
    isBot: t.exposeBoolean('isBot', { description: 'Whether a bot submitted the review.' }),
    submittedAt: t.expose('submittedAt', { type: 'DateTime', description: 'When the review was submitted.' }),
    pullRequest: t.relation('pullRequest', { description: 'The pull request that was reviewed.' }),
  }),
});
