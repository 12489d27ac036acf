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

export type CiState = 'UNKNOWN' | 'PENDING' | 'PASSING' | 'FAILING';

export type ReviewDecision = 'NONE' | 'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED';

export type CheckFacts = {
  /** Unique per commit. Of several runs with one name the adapter returns the decisive one. */
  name: string;
  commitSha: string;
  status: CheckStatus;
  /** The host's own word for the outcome (`SUCCESS`, `TIMED_OUT`, …), empty while there is none. */
  conclusion: string;
  url: string;
  /** Whether the target branch requires it; null when the host does not say. */
  isRequired: boolean | null;
  /** The host's id of the run. */
  externalId: string;
  /** Null while it waits, and when the host does not say. */
  startedAt: Date | null;
  /** Null until it has ended, and when the host does not say. */
  completedAt: Date | null;
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
  /** Whether later commits changed the lines that it is about. */
  isOutdated: boolean;
  /** Whether no person has written in it, except the author of the pull request. */
  isBot: boolean;
  /** Whether the author of the pull request opened it. */
  isByAuthor: boolean;
  /** In the host's order. */
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

/** A part of the facts that the host may be unable to return, while it returns the rest. */
export type PullRequestPart = 'CHECKS' | 'REVIEWS' | 'THREADS' | 'MERGEABILITY';

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
  /** The repository of the source branch; null when the host does not say, or when a fork was deleted. */
  sourceRepo: { owner: string; name: string } | null;
  /** Whether the source branch is in another repository than the target branch. */
  isCrossRepository: boolean;
  headSha: string;
  baseSha: string;
  mergeCommitSha: string;
  isDraft: boolean;
  state: 'DRAFT' | 'OPEN' | 'MERGED' | 'CLOSED';
  /** The parts that the host did not return as a whole. Their facts below are null where nothing is known. */
  unreadable: PullRequestPart[];
  ciState: CiState | null;
  /** The result of the required checks alone; null when the host does not say which are required. */
  requiredCiState: CiState | null;
  /** Whether workflows of the head commit wait for a person's approval to run. */
  awaitsApproval: boolean | null;
  reviewDecision: ReviewDecision | null;
  mergeability: 'UNKNOWN' | 'MERGEABLE' | 'CONFLICTING' | 'BLOCKED' | 'UNSTABLE' | null;
  /** The host's own words behind `mergeability`, kept for diagnosis: `DIRTY`, `BEHIND`, … */
  mergeStateStatus: string | null;
  isInMergeQueue: boolean | null;
  /** 1 is next; null outside the queue, and when the host does not say. */
  mergeQueuePosition: number | null;
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
  /** Whether `checks` are all checks of the head commit. Stored checks of it that are missing then do not count any more. */
  checksComplete: boolean;
  reviewThreads: ReviewThreadFacts[];
  /** False when the host has more threads than were read. Stored threads that are missing then stay unresolved. */
  reviewThreadsComplete: boolean;
  reviews: ReviewFacts[];
};

/**
 * Why a pull request is fetched, most important first: a claim, a refresh that was asked for, a reader who wants new facts, a
 * question of Muster's own. The budget of the host is kept for the more important.
 */
export type FetchPriority = 'CLAIM' | 'REFRESH' | 'READ' | 'FOLLOW_UP';

/** What may still be asked of a host. */
export type HostBudget = {
  host: string;
  /** Points an hour. */
  limit: number;
  remaining: number;
  /** When it is full again; null when the host does not say. */
  resetAt: Date | null;
};

export type PullRequestSource = {
  /**
   * Fetches one pull request from its host.
   * @throws PrNotFoundError when the host does not know it, or does not show it to us
   * @throws ScmUnavailableError for every other failure
   */
  fetch(coordinates: PullRequestCoordinates, priority?: FetchPriority): Promise<PullRequestFacts>;
  /** As of this process's last request; null before it, and for a host without a budget. */
  budget(): HostBudget | null;
};
