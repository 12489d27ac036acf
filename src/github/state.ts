import type { PullRequestFacts, ReviewDecision } from '../services/port/pullRequestSource.ts';

/** One of four states. Merged and closed take precedence over draft, because the draft mark outlives them. */
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

/** GitHub's decision over all reviews; null when none is required and none was given. */
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

/** The verdict of a single review: only approvals and requests for changes count. */
export function verdictOf(reviewState: string): ReviewDecision {
  return reviewState === 'APPROVED' || reviewState === 'CHANGES_REQUESTED' ? reviewState : 'NONE';
}

/**
 * Whether the pull request can be merged now, by its hardest obstacle: conflicts need work on the branch, a block needs a
 * decision or a fix, and an unstable pull request can still be merged.
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
    // GitHub reports BEHIND only where the base branch requires up-to-date heads, and then refuses the merge.
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
