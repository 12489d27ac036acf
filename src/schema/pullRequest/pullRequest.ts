import { isOwnSession } from '../../auth/own.ts';
import { can } from '../../auth/policy.ts';
import { builder } from '../kit/builder.ts';
import { newestFirst } from '../kit/list/order.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { rowsOf } from '../kit/view.ts';
import { repoOfRow } from '../project/repoRef.ts';
import { CiState, Mergeability, PullRequestState, ReviewDecision } from './enum.ts';
import { MERGEABILITY_FACTS, MergeabilityReason, mergeabilityReasons } from './mergeabilityReason.ts';
import { PullRequestCheck, PullRequestReview } from './pullRequestReview.ts';

export const PullRequest = builder.prismaNode('PullRequest', {
  id: { field: 'id' },
  description: 'A pull request that a session holds, with what its host last said of it.',
  fields: (t) => ({
    repo: t.field({
      ...repoOfRow,
      description: 'The repository it is in, as its host spells it.',
    }),
    url: t.exposeString('url', { description: 'Its page.' }),
    number: t.exposeInt('number', { description: 'Its number in the repository.' }),
    title: t.exposeString('title', { description: 'Its title.' }),
    author: t.exposeString('author', { description: 'The login of who opened it.' }),
    sourceBranch: t.exposeString('sourceBranch', { description: 'The branch it would merge.' }),
    targetBranch: t.exposeString('targetBranch', { description: 'The branch it would merge into.' }),
    isDraft: t.exposeBoolean('isDraft', { description: 'Whether it is marked as a draft.' }),
    state: t.expose('state', { type: PullRequestState, description: 'Where it stands.' }),
    ciState: t.expose('ciState', {
      type: CiState,
      description: 'What the checks of its head commit say together.',
    }),
    reviewDecision: t.expose('reviewDecision', {
      type: ReviewDecision,
      description: 'What its reviews say.',
    }),
    mergeability: t.expose('mergeability', {
      type: Mergeability,
      description: 'Whether it could be merged now.',
    }),
    mergeabilityReasons: t.field({
      type: [MergeabilityReason],
      description: 'Why it is CONFLICTING, BLOCKED or UNSTABLE, as far as that is known; else empty.',
      select: MERGEABILITY_FACTS,
      resolve: mergeabilityReasons,
    }),
    headSha: t.exposeString('headSha', { description: 'Its head commit.' }),
    additions: t.exposeInt('additions', { description: 'Lines added.' }),
    deletions: t.exposeInt('deletions', { description: 'Lines deleted.' }),
    changedFiles: t.exposeInt('changedFiles', { description: 'Files changed.' }),
    session: t.relation('session', { description: 'The session that holds it.' }),
    organization: t.relation('organization', { description: 'Whose it is.' }),
    checks: t.relatedConnection('checks', {
      ...relatedList(),
      description: 'Its checks as far as they were recorded, those of earlier commits too, newest first.',
    }),
    failingChecks: t.relatedConnection('failingChecks', {
      ...relatedList(),
      type: rowsOf('FailingCheck', PullRequestCheck),
      description:
        'While it is open and its `ciState` is FAILING: the checks of its head commit that FAILED or were CANCELLED, newest first.',
    }),
    reviewThreads: t.relatedConnection('reviewThreads', {
      ...relatedList(),
      description: 'Its review threads, newest first. What was said in them stays on the host.',
    }),
    unresolvedBy: t.relation('unresolvedBy', {
      description: 'Who opened review threads that are not resolved, those with the most first.',
      query: { orderBy: [{ count: 'desc' }, { reviewer: 'asc' }, { isBot: 'asc' }] },
    }),
    reviews: t.relatedConnection('reviews', {
      ...relatedList(newestFirst('submittedAt')),
      description: 'Its reviews, newest first.',
    }),
    latestReviews: t.relatedConnection('latestReviews', {
      ...relatedList(newestFirst('submittedAt')),
      type: rowsOf('LatestReview', PullRequestReview),
      description:
        'What each reviewer decided last: the latest review of each that is APPROVED or CHANGES_REQUESTED, newest first.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was opened on its host.' }),
    stateChangedAt: t.expose('stateChangedAt', {
      type: 'DateTime',
      description: 'Since when `state` is what it is.',
    }),
    observedAt: t.expose('observedAt', { type: 'DateTime', description: 'When its host was last asked.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the record last changed here.' }),
    viewerCanRefresh: t.boolean({
      description: 'Whether the viewer may ask its host about it anew.',
      select: { organizationId: true, session: { select: { agentId: true } } },
      resolve: ({ organizationId, session }, _args, { viewer }) =>
        can(viewer, 'pullRequest.refresh', organizationId, isOwnSession(viewer, session)),
    }),
  }),
});
