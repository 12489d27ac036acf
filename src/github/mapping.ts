import type { CiState, PullRequestFacts, ReviewDecision } from '../services/port/pullRequestSource.ts';
import type { GitHubRepository } from './answer.ts';
import { checksOf, combinedState, requiredState } from './checks.ts';
import { reviewDecisionOf } from './decision.ts';
import type { CompletePullRequest } from './pages.ts';
import { loginOf, reviewsOf, threadsOf } from './reviews.ts';
import { ciStateOf, mergeabilityOf, stateOf } from './state.ts';
import { awaitsApproval, effectiveChecks } from './superseded.ts';

/** Facts from a pull request all of whose pages were read, named as GitHub names it in its answer. */
export function factsOf(
  repository: Pick<GitHubRepository, 'name' | 'owner'>,
  pr: CompletePullRequest,
  observedAt: Date,
): PullRequestFacts {
  const state = stateOf(pr);
  const ci = ciOf(pr);
  const reviewDecision = pr.unreadable.includes('REVIEWS') ? null : reviewDecisionOf(pr);
  return {
    coordinates: {
      host: new URL(pr.url).host,
      owner: repository.owner.login,
      repo: repository.name,
      number: pr.number,
    },
    externalId: pr.fullDatabaseId ?? '',
    url: pr.url,
    title: pr.title,
    author: loginOf(pr.author),
    sourceBranch: pr.headRefName,
    targetBranch: pr.baseRefName,
    sourceRepo: pr.headRepository
      ? { owner: pr.headRepository.owner.login, name: pr.headRepository.name }
      : null,
    isCrossRepository: isCrossRepository(repository, pr),
    headSha: pr.headRefOid,
    baseSha: pr.baseRefOid,
    mergeCommitSha: pr.mergeCommit?.oid ?? '',
    isDraft: pr.isDraft,
    state,
    unreadable: pr.unreadable,
    ...ci,
    reviewDecision,
    ...mergeOf(pr, state, ci.requiredCiState ?? ci.ciState, reviewDecision),
    additions: pr.additions,
    deletions: pr.deletions,
    changedFiles: pr.changedFiles,
    createdAt: pr.createdAt,
    updatedAt: pr.updatedAt,
    mergedAt: pr.mergedAt,
    closedAt: pr.closedAt,
    observedAt,
    checks: checksOf(pr.checkedCommit, effectiveChecks(pr.checks)),
    checksComplete: pr.checksComplete && pr.checkedCommit === pr.headRefOid,
    reviewThreads: threadsOf(pr.threads, pr.author),
    reviewThreadsComplete: pr.threadsComplete,
    reviews: reviewsOf([...pr.latestOpinionatedReviews, ...pr.latestReviews], observedAt),
  };
}

/**
 * What the checks say. The checks that count decide, when all of them were read: GitHub's rollup also counts superseded ones.
 * GitHub's list of commits may lag behind a push, and the checks of another commit do not count for this head.
 */
function ciOf(
  pr: CompletePullRequest,
): Pick<PullRequestFacts, 'ciState' | 'requiredCiState' | 'awaitsApproval'> {
  if (pr.checkedCommit !== pr.headRefOid) {
    return { ciState: 'UNKNOWN', requiredCiState: null, awaitsApproval: false };
  }
  const checks = effectiveChecks(pr.checks);
  if (pr.checksComplete && checks.length > 0) {
    return {
      ciState: combinedState(checks),
      requiredCiState: requiredState(checks),
      awaitsApproval: awaitsApproval(pr.checkSuites),
    };
  }
  const isRead = !pr.unreadable.includes('CHECKS');
  return {
    ciState: isRead || pr.rollupState !== null ? ciStateOf(pr.rollupState) : null,
    requiredCiState: null,
    awaitsApproval: isRead ? awaitsApproval(pr.checkSuites) : null,
  };
}

/** What the host says about the merge. A server without a merge queue has no queue. */
function mergeOf(
  pr: CompletePullRequest,
  state: PullRequestFacts['state'],
  ciState: CiState | null,
  reviewDecision: ReviewDecision | null,
): Pick<PullRequestFacts, 'mergeability' | 'mergeStateStatus' | 'isInMergeQueue' | 'mergeQueuePosition'> {
  const { lost, isDraft, mergeable, mergeStateStatus } = pr;
  const isKnown = !lost.has('mergeable') && !lost.has('mergeStateStatus');
  return {
    mergeability: isKnown
      ? mergeabilityOf({
          state,
          isDraft,
          mergeable: mergeable ?? 'UNKNOWN',
          mergeStateStatus: mergeStateStatus ?? '',
          ciState: ciState ?? 'UNKNOWN',
          reviewDecision: reviewDecision ?? 'NONE',
        })
      : null,
    mergeStateStatus: isKnown ? (mergeStateStatus ?? '') : null,
    isInMergeQueue: lost.has('isInMergeQueue') ? null : (pr.isInMergeQueue ?? false),
    mergeQueuePosition: pr.mergeQueueEntry?.position ?? null,
  };
}

/** A server that does not say it may still name the repository of the head. */
function isCrossRepository(
  { name, owner }: Pick<GitHubRepository, 'name' | 'owner'>,
  { isCrossRepository, headRepository }: CompletePullRequest,
): boolean {
  if (isCrossRepository != null) return isCrossRepository;
  return (
    headRepository != null && (headRepository.name !== name || headRepository.owner.login !== owner.login)
  );
}
