/** What hangs on a pull request: checks, review threads, reviews. */
import { builder } from '../kit/builder.ts';
import { CheckStatus, ReviewDecision } from './enum.ts';

export const PullRequestCheck = builder.prismaNode('PullRequestCheck', {
  id: { field: 'id' },
  description: 'A check of one commit. Its logs stay on the host.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name; unique per commit.' }),
    commitSha: t.exposeString('commitSha', { description: 'The commit it checks.' }),
    status: t.expose('status', { type: CheckStatus, description: 'Where it stands.' }),
    conclusion: t.exposeString('conclusion', {
      description: "The host's own word for the outcome; empty while there is none.",
    }),
    url: t.exposeString('url', { description: 'Its page; empty when it has none.' }),
    pullRequest: t.relation('pullRequest', { description: 'What it checks.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first recorded.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

export const PullRequestReviewThread = builder.prismaNode('PullRequestReviewThread', {
  id: { field: 'id' },
  description: 'A conversation about a place in the change. What was said stays on the host.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'The file it is about; empty when it is about none.' }),
    line: t.exposeInt('line', { description: 'The line it is about; 0 when it is about the whole file.' }),
    isResolved: t.exposeBoolean('isResolved', {
      description: 'Whether it is settled, or gone from the host.',
    }),
    isBot: t.exposeBoolean('isBot', {
      description: 'Whether a bot opened it. Such threads ask nothing of a session.',
    }),
    pullRequest: t.relation('pullRequest', { description: 'Where it was opened.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first recorded.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

export const PullRequestReview = builder.prismaNode('PullRequestReview', {
  id: { field: 'id' },
  description: 'A review that was submitted.',
  fields: (t) => ({
    author: t.exposeString('author', { description: "The reviewer's login." }),
    state: t.expose('state', {
      type: ReviewDecision,
      description: 'What it says by itself; NONE for a mere comment.',
    }),
    body: t.exposeString('body', { description: 'Its summary.' }),
    url: t.exposeString('url', { description: 'Its page.' }),
    isBot: t.exposeBoolean('isBot', { description: 'Whether a bot wrote it.' }),
    submittedAt: t.expose('submittedAt', { type: 'DateTime', description: 'When it was submitted.' }),
    pullRequest: t.relation('pullRequest', { description: 'What it reviews.' }),
  }),
});
