/**
 * The port to the source-code host. `src/github/` has two adapters: GitHub's GraphQL API, and a fixture file for the
 * embedded default.
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
  /** Unique per commit. Of several runs with one name the adapter returns the decisive one. */
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
  /** Whether a bot opened it. */
  isBot: boolean;
  comments: CommentFacts[];
};

export type ReviewFacts = {
  externalId: string;
  author: string;
  isBot: boolean;
  /** APPROVED, CHANGES_REQUESTED, or NONE for a comment. */
  state: ReviewDecision;
  body: string;
  url: string;
  submittedAt: Date;
};

/** The state of one pull request at one moment. */
export type PullRequestFacts = {
  /** As the host returns them, so that a transferred repository has one name only. */
  coordinates: PullRequestCoordinates;
  /** The host's id. It stays when the repository is renamed. Empty when the host returns none. */
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
  /** When the host was asked. */
  observedAt: Date;
  checks: CheckFacts[];
  reviewThreads: ReviewThreadFacts[];
  /** False when the host has more threads than were read. Stored threads that are missing then stay unresolved. */
  reviewThreadsComplete: boolean;
  reviews: ReviewFacts[];
};

/**
 * Fetches one pull request from its host.
 * @throws PrNotFoundError when the host does not know it, or does not show it to us
 * @throws ScmUnavailableError for every other failure
 */
export type PullRequestSource = {
  fetch(coordinates: PullRequestCoordinates): Promise<PullRequestFacts>;
};
