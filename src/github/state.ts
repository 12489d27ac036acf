import type { PullRequestFacts, ReviewDecision } from '../services/port/pullRequestSource.ts';

/** One of four states; what ended a pull request weighs more than its draft mark, which outlives it. */
export function stateOf(facts: { state: string; isDraft: boolean }): PullRequestFacts['state'] {
  if (facts.state === 'MERGED') return 'MERGED';
  if (facts.state === 'CLOSED') return 'CLOSED';
  return facts.isDraft ? 'DRAFT' : 'OPEN';
}

/** From the state of GitHub's rollup of all checks; null when the commit has none. */
export function ciStateOf(rollup: string | null): PullRequestFacts['ciState'] {
  switch (rollup) {
    case 'SUCCESS':
      return 'PASSING';
    case 'FAILURE':
    case 'ERROR':
      return 'FAILING';
    case 'PENDING':
    case 'EXPECTED':
      return 'PENDING';
    default:
      return 'UNKNOWN';
  }
}

/** GitHub's decision over all reviews; null when the repository demands none and nobody gave one. */
export function reviewDecisionOf(decision: string | null): ReviewDecision {
  switch (decision) {
    case 'APPROVED':
    case 'CHANGES_REQUESTED':
    case 'REVIEW_REQUIRED':
      return decision;
    default:
      return 'NONE';
  }
}

/** What a single review says: only approvals and requests for changes are verdicts. */
export function verdictOf(reviewState: string): ReviewDecision {
  return reviewState === 'APPROVED' || reviewState === 'CHANGES_REQUESTED' ? reviewState : 'NONE';
}

/**
 * Whether the pull request could be merged now, the hardest obstacle first: conflicts need work on the branch,
 * a block needs somebody's decision or a fix, and an unstable one may be merged all the same.
 */
export function mergeabilityOf(facts: {
  mergeable: string;
  mergeStateStatus: string;
  isDraft: boolean;
  ciState: PullRequestFacts['ciState'];
  reviewDecision: ReviewDecision;
}): PullRequestFacts['mergeability'] {
  const { mergeable, mergeStateStatus, isDraft, ciState, reviewDecision } = facts;
  if (mergeable === 'CONFLICTING' || mergeStateStatus === 'DIRTY') return 'CONFLICTING';
  if (
    mergeStateStatus === 'BLOCKED' ||
    // GitHub says BEHIND only where the base branch demands that heads be up to date: it would refuse the merge.
    mergeStateStatus === 'BEHIND' ||
    isDraft ||
    ciState === 'FAILING' ||
    reviewDecision === 'CHANGES_REQUESTED' ||
    reviewDecision === 'REVIEW_REQUIRED'
  ) {
    return 'BLOCKED';
  }
  if (mergeStateStatus === 'UNSTABLE') return 'UNSTABLE';
  if (mergeable === 'MERGEABLE' && ['CLEAN', 'HAS_HOOKS', ''].includes(mergeStateStatus)) return 'MERGEABLE';
  return 'UNKNOWN';
}
