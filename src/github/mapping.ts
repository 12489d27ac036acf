import type { PullRequestFacts } from '../services/port/pullRequestSource.ts';
import type { GitHubRepository } from './answer.ts';
import { checksOf } from './checks.ts';
import type { CompletePullRequest } from './pages.ts';
import { loginOf, reviewsOf, threadsOf } from './reviews.ts';
import { ciStateOf, mergeabilityOf, reviewDecisionOf, stateOf } from './state.ts';

/** Facts from a pull request all of whose pages were read, named as GitHub names it in its answer. */
export function factsOf(
  repository: Pick<GitHubRepository, 'name' | 'owner'>,
  pr: CompletePullRequest,
  observedAt: Date,
): PullRequestFacts {
  const ciState = ciStateOf(pr.rollupState);
  const reviewDecision = reviewDecisionOf(pr.reviewDecision);
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
    headSha: pr.headRefOid,
    baseSha: pr.baseRefOid,
    mergeCommitSha: pr.mergeCommit?.oid ?? '',
    isDraft: pr.isDraft,
    state: stateOf(pr),
    ciState,
    reviewDecision,
    mergeability: mergeabilityOf({ ...pr, ciState, reviewDecision }),
    mergeStateStatus: pr.mergeStateStatus,
    additions: pr.additions,
    deletions: pr.deletions,
    changedFiles: pr.changedFiles,
    createdAt: pr.createdAt,
    updatedAt: pr.updatedAt,
    mergedAt: pr.mergedAt,
    closedAt: pr.closedAt,
    observedAt,
    checks: checksOf(pr.checkedCommit, pr.checks),
    reviewThreads: threadsOf(pr.threads),
    reviewThreadsComplete: pr.threadsComplete,
    reviews: reviewsOf([...pr.latestOpinionatedReviews, ...pr.latestReviews], observedAt),
  };
}
