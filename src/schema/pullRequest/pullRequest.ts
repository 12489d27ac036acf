import { isHeldBy } from '../../auth/own.ts';
import { can } from '../../auth/policy.ts';
import { builder } from '../kit/builder.ts';
import { newestFirst } from '../kit/list/order.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { orNull } from '../kit/orNull.ts';
import { rowsOf } from '../kit/view.ts';
import { RepoRef, repoOfRow } from '../project/repoRef.ts';
import { CiState, Mergeability, PullRequestPart, PullRequestState, ReviewDecision } from './enum.ts';
import { MergeabilityReason } from './mergeabilityReason.ts';
import { PullRequestCheck, PullRequestReview } from './pullRequestReview.ts';

export const PullRequest = builder.prismaNode('PullRequest', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'A pull request that a session holds or has held, with the facts that its host last returned.',
  fields: (t) => ({
    repo: t.field({
      ...repoOfRow,
      description: 'The repository of the pull request, as spelled by its host.',
    }),
    url: t.exposeString('url', { description: "The URL of the pull request's page." }),
    number: t.exposeInt('number', { description: 'The number of the pull request in its repository.' }),
    title: t.string({
      ...orNull('title'),
      description: 'The title of the pull request; null when it is unknown.',
    }),
    author: t.string({
      ...orNull('author'),
      description:
        'The login of the account that opened the pull request, `ghost` when the account no longer exists; null when it is unknown.',
    }),
    sourceBranch: t.string({
      ...orNull('sourceBranch'),
      description: 'The branch that the pull request would merge; null when it is unknown.',
    }),
    targetBranch: t.string({
      ...orNull('targetBranch'),
      description: 'The branch that the pull request would merge into; null when it is unknown.',
    }),
    sourceRepo: t.field({
      type: RepoRef,
      nullable: true,
      description:
        'The repository of the source branch, as spelled by its host. Null when the host does not say, or when it was a fork that no longer exists.',
      select: { sourceRepoOwner: true, sourceRepoName: true },
      resolve: ({ sourceRepoOwner: owner, sourceRepoName: name }) => (name === '' ? null : { owner, name }),
    }),
    isCrossRepository: t.exposeBoolean('isCrossRepository', {
      description:
        'Whether the source branch is in another repository than the target branch, such as a fork.',
    }),
    isDraft: t.exposeBoolean('isDraft', {
      description: 'Whether the pull request is marked as a draft on its host.',
    }),
    state: t.expose('state', {
      type: PullRequestState,
      description: 'Whether the pull request is a draft, open, merged or closed.',
    }),
    ciState: t.expose('ciState', {
      type: CiState,
      description: 'The combined result of the checks of the head commit.',
    }),
    requiredCiState: t.expose('requiredCiState', {
      type: CiState,
      nullable: true,
      description:
        'The combined result of the checks of the head commit that the target branch requires. Null when the host does not say which checks are required. Where it does, a failure of another check does not make a session CI_FAILED.',
    }),
    awaitsApproval: t.exposeBoolean('awaitsApproval', {
      description:
        "Whether workflows of the head commit wait for a person's approval to run. Until then, checks may pass because nothing ran.",
    }),
    reviewDecision: t.expose('reviewDecision', {
      type: ReviewDecision,
      description:
        "The combined verdict of the reviews: the host's own where it requires reviews, otherwise that of each person's latest review. A person who is asked again is expected and requests nothing: the verdict is REVIEW_REQUIRED.",
    }),
    mergeability: t.expose('mergeability', {
      type: Mergeability,
      description: 'Whether the pull request can be merged now, as its host reports it.',
    }),
    isInMergeQueue: t.exposeBoolean('isInMergeQueue', {
      description: 'Whether the pull request is in the merge queue of its target branch.',
    }),
    mergeQueuePosition: t.exposeInt('mergeQueuePosition', {
      nullable: true,
      description:
        'The place of the pull request in the merge queue; 1 is next. Null outside the queue, and when the host does not say.',
    }),
    unreadable: t.expose('unreadable', {
      type: [PullRequestPart],
      description:
        'The parts that the host did not return when the facts were last fetched, for example because the token may not read them. Their facts are older or unknown. They are asked for again.',
    }),
    mergeabilityReasons: t.expose('mergeabilityReasons', {
      type: [MergeabilityReason],
      description:
        'The known reasons why an open pull request is CONFLICTING, BLOCKED or UNSTABLE. Empty when no reason is known, for any other mergeability, and when the pull request is merged or closed.',
    }),
    headSha: t.string({
      ...orNull('headSha'),
      description: 'The SHA of the head commit; null when it is unknown.',
    }),
    additions: t.exposeInt('additions', { description: 'The number of added lines.' }),
    deletions: t.exposeInt('deletions', { description: 'The number of deleted lines.' }),
    changedFiles: t.exposeInt('changedFiles', { description: 'The number of changed files.' }),
    session: t.relation('session', {
      nullable: true,
      description: 'The session that holds the pull request; null after a release, until the next claim.',
    }),
    project: t.relation('project', {
      nullable: true,
      description:
        'The project of the session that holds the pull request, or after a release of the session that held it last. Null when another program wrote the pull request and no session has held it.',
    }),
    orphanedSince: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Since when no live session has held the open pull request: the end of the session that holds it, or the release. Null when a live session holds it, and when it is merged or closed.',
      select: { orphan: { select: { since: true } } },
      resolve: ({ orphan }) => orphan?.since,
    }),
    claims: t.relatedConnection('claims', {
      ...relatedList(newestFirst('at')),
      description: 'The history of the sessions that held the pull request, newest first.',
    }),
    organization: t.relation('organization', {
      description: 'The organization that the pull request belongs to.',
    }),
    checks: t.relatedConnection('checks', {
      ...relatedList(),
      description:
        'The recorded checks of the pull request, newest first, including those of earlier commits.',
    }),
    failingChecks: t.relatedConnection('failingChecks', {
      ...relatedList(),
      type: rowsOf('FailingCheck', PullRequestCheck),
      description:
        'The checks of the head commit that FAILED or were CANCELLED, newest first. Empty unless the pull request is open and its `ciState` is FAILING.',
    }),
    reviewThreads: t.relatedConnection('reviewThreads', {
      ...relatedList(),
      description:
        'The review threads of the pull request, newest first. The comments in them stay on the host.',
    }),
    unresolvedBy: t.relation('unresolvedBy', {
      description:
        'The reviewers with unresolved review threads, those with the most threads first. Threads that the author of the pull request opened are left out.',
      query: {
        orderBy: [{ count: 'desc' }, { outdatedCount: 'desc' }, { reviewer: 'asc' }, { isBot: 'asc' }],
      },
    }),
    reviews: t.relatedConnection('reviews', {
      ...relatedList(newestFirst('submittedAt')),
      description: 'The submitted reviews of the pull request, newest first.',
    }),
    latestReviews: t.relatedConnection('latestReviews', {
      ...relatedList(newestFirst('submittedAt')),
      type: rowsOf('LatestReview', PullRequestReview),
      description:
        'The latest review of each reviewer that is APPROVED or CHANGES_REQUESTED, newest first. A later comment does not replace a verdict.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the pull request was opened on its host.',
    }),
    mergedAt: t.expose('mergedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the pull request was merged on its host; null when it was not.',
    }),
    closedAt: t.expose('closedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the pull request was merged or closed on its host; null while it is open.',
    }),
    stateChangedAt: t.expose('stateChangedAt', {
      type: 'DateTime',
      description: 'When `state` last changed.',
    }),
    observedAt: t.expose('observedAt', {
      type: 'DateTime',
      description: 'When the facts were last fetched from the host.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When the record in Muster last changed.',
    }),
    viewerCanRefresh: t.boolean({
      sharedBy: 'ROLE',
      description: 'Whether the viewer may fetch the facts from the host again.',
      select: { organizationId: true, session: { select: { agentId: true } } },
      resolve: ({ organizationId, session }, _args, { viewer }) =>
        can(viewer, 'pullRequest.refresh', organizationId, isHeldBy(viewer, session)),
    }),
  }),
});
