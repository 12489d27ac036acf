import type { CiState, PullRequestFacts, ReviewDecision } from '../services/port/pullRequestSource.ts';

/** One of four states. Merged and closed take precedence over draft, because the draft mark outlives them. */
export function stateOf(facts: { state: string; isDraft: boolean }): PullRequestFacts['state'] {
  if (facts.state === 'MERGED') return 'MERGED';
  if (facts.state === 'CLOSED') return 'CLOSED';
  return facts.isDraft ? 'DRAFT' : 'OPEN';
}

/** From the state of GitHub's rollup of all checks; null when the commit has none. */
export function ciStateOf(rollup: string | null): CiState {
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

/** The verdict of a single review: only approvals and requests for changes count. */
export function verdictOf(reviewState: string): ReviewDecision {
  return reviewState === 'APPROVED' || reviewState === 'CHANGES_REQUESTED' ? reviewState : 'NONE';
}

/**
 * Whether the pull request can be merged now, by the host's word. What is over has nothing in its way. A host that says
 * CLEAN knows no obstacle of its own, or does not say anything (an old Enterprise version): then a failing check, a draft
 * mark or a review that asks for more still is one.
 */
export function mergeabilityOf(facts: {
  state: PullRequestFacts['state'];
  mergeable: string;
  mergeStateStatus: string;
  isDraft: boolean;
  /** Of the required checks, where they are known. */
  ciState: CiState;
  reviewDecision: ReviewDecision;
}): NonNullable<PullRequestFacts['mergeability']> {
  const { state, mergeable, mergeStateStatus, isDraft, ciState, reviewDecision } = facts;
  if (state === 'MERGED' || state === 'CLOSED') return 'UNKNOWN';
  if (mergeable === 'CONFLICTING' || mergeStateStatus === 'DIRTY') return 'CONFLICTING';
  // GitHub reports BEHIND only where the base branch requires up-to-date heads, and then refuses the merge.
  if (['BLOCKED', 'BEHIND', 'DRAFT'].includes(mergeStateStatus) || isDraft) return 'BLOCKED';
  if (reviewDecision === 'CHANGES_REQUESTED' || reviewDecision === 'REVIEW_REQUIRED') return 'BLOCKED';
  if (mergeable !== 'MERGEABLE') return 'UNKNOWN';
  if (mergeStateStatus === 'UNSTABLE') return 'UNSTABLE';
  if (!['CLEAN', 'HAS_HOOKS', ''].includes(mergeStateStatus)) return 'UNKNOWN';
  return ciState === 'FAILING' ? 'BLOCKED' : 'MERGEABLE';
}
