/**
 * The port through which pull-request facts come in. `src/github/` has two adapters of it: GitHub's GraphQL
 * API, and a fixture file for the embedded default. Services depend on this shape and on nothing behind it.
 */

/** Names one pull request on a source-code host. Compared without regard to letter case. */
export type PullRequestCoordinates = {
  /** `github.com`, or the host of a GitHub Enterprise installation. */
  host: string;
  owner: string;
  repo: string;
  number: number;
};

export type CheckStatus =
  | 'UNKNOWN'
  | 'QUEUED'
  | 'IN_PROGRESS'
  | 'PASSED'
  | 'FAILED'
  | 'SKIPPED'
  | 'CANCELLED';

export type ReviewDecision = 'NONE' | 'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED';

export type CheckFacts = {
  /** Unique per commit; of several runs of one name the adapter reports the one that counts. */
  name: string;
  commitSha: string;
  status: CheckStatus;
  /** The host's own word for the outcome (`SUCCESS`, `TIMED_OUT`, …), empty while there is none. */
  conclusion: string;
  url: string;
  /** The host's id of the run. */
  externalId: string;
};

export type CommentFacts = {
  externalId: string;
  author: string;
  body: string;
  url: string;
  isBot: boolean;
  createdAt: Date;
};

export type ReviewThreadFacts = {
  externalId: string;
  path: string;
  /** 0 when the thread is about the whole file. */
  line: number;
  isResolved: boolean;
  /** Whether the one who opened it is a bot. */
  isBot: boolean;
  comments: CommentFacts[];
};

export type ReviewFacts = {
  externalId: string;
  author: string;
  isBot: boolean;
  /** What the review says by itself: APPROVED, CHANGES_REQUESTED, or NONE for a mere comment. */
  state: ReviewDecision;
  body: string;
  url: string;
  submittedAt: Date;
};

/** Everything known of one pull request at one moment. */
export type PullRequestFacts = {
  /** As the host answers, so that a transferred repository has one name only. */
  coordinates: PullRequestCoordinates;
  /** The host's own id of it, which stays when its repository gets another name; empty when the host tells none. */
  externalId: string;
  url: string;
  title: string;
  author: string;
  sourceBranch: string;
  targetBranch: string;
  headSha: string;
  baseSha: string;
  mergeCommitSha: string;
  isDraft: boolean;
  state: 'DRAFT' | 'OPEN' | 'MERGED' | 'CLOSED';
  ciState: 'UNKNOWN' | 'PENDING' | 'PASSING' | 'FAILING';
  reviewDecision: ReviewDecision;
  mergeability: 'UNKNOWN' | 'MERGEABLE' | 'CONFLICTING' | 'BLOCKED' | 'UNSTABLE';
  /** The host's own words behind `mergeability`, kept for diagnosis: `DIRTY`, `BEHIND`, … */
  mergeStateStatus: string;
  additions: number;
  deletions: number;
  changedFiles: number;
  createdAt: Date;
  /** The host's last update of the pull request itself. */
  updatedAt: Date;
  mergedAt: Date | null;
  closedAt: Date | null;
  /** When we asked. */
  observedAt: Date;
  checks: CheckFacts[];
  reviewThreads: ReviewThreadFacts[];
  /** False when the host had more threads than we read: then those that are missing are left alone. */
  reviewThreadsComplete: boolean;
  reviews: ReviewFacts[];
};

/**
 * Asks the host about one pull request.
 * Rejects with `PrNotFoundError` when the host does not know it (or does not show it to us), and with
 * `ScmUnavailableError` for everything else that keeps us from an answer.
 */
export type PullRequestSource = {
  fetch(coordinates: PullRequestCoordinates): Promise<PullRequestFacts>;
};
