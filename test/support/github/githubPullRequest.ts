import { createHash } from 'node:crypto';

/** A user by name, an app, or null for a deleted account. */
export type GitHubActor = string | { bot: string } | null;

/** A run of a workflow, or the checks of another app. */
export type GitHubSuite = {
  id?: number;
  /** The slug of the app. Default: `github-actions` with a workflow, none without. */
  app?: string;
  /** The workflow of GitHub Actions; absent for checks of another app. */
  workflow?: string;
  /** Default: `pull_request`. */
  event?: string;
  /** Default: 1. */
  runNumber?: number;
};

export type GitHubCheckRun = {
  id?: string;
  databaseId?: number;
  name: string;
  /** The workflow of GitHub Actions, when `suite` is absent. */
  workflow?: string;
  suite?: GitHubSuite;
  startedAt?: Date | null;
  completedAt?: Date | null;
  /** Default: false. */
  isRequired?: boolean;
  /** Default: COMPLETED. */
  status?: string;
  /** Default: SUCCESS, when completed. */
  conclusion?: string | null;
  url?: string | null;
};

export type GitHubStatusContext = {
  id?: string;
  context: string;
  state: string;
  url?: string | null;
  isRequired?: boolean;
};

export type GitHubComment = {
  id?: string;
  author?: GitHubActor;
  body?: string;
  /** SUBMITTED, or PENDING for a comment that its author has not sent yet. Default: SUBMITTED. */
  state?: string;
  createdAt?: Date;
};

export type GitHubThread = {
  id?: string;
  path?: string;
  line?: number | null;
  originalLine?: number | null;
  subjectType?: 'LINE' | 'FILE';
  isResolved?: boolean;
  isOutdated?: boolean;
  /** Default: one comment of `reviewer`. */
  comments?: GitHubComment[];
};

export type GitHubReview = {
  id?: string;
  author: GitHubActor;
  state: string;
  body?: string;
  submittedAt?: Date | null;
};

/** A pull request in the terms of a test. The server makes GitHub's objects from it. */
export type GitHubPullRequest = {
  owner: string;
  repo: string;
  number: number;
  /** The id that stays when the repository is transferred. */
  databaseId: string | null;
  /** Default: a URL on the host of the server. */
  url?: string;
  title: string;
  author: GitHubActor;
  sourceBranch: string;
  targetBranch: string;
  /** The repository of the source branch. Default: the pull request's own. Null: a fork that was deleted. */
  headRepository?: { owner: string; repo: string } | null;
  headSha: string;
  baseSha: string;
  /** The last commit that GitHub lists. Default: the head. The list can be behind a push. */
  lastCommitSha?: string;
  mergeCommitSha: string | null;
  state: 'OPEN' | 'CLOSED' | 'MERGED';
  isDraft: boolean;
  reviewDecision: string | null;
  mergeable: string;
  mergeStateStatus: string;
  /** The place in the merge queue; null outside it. */
  mergeQueuePosition: number | null;
  additions: number;
  deletions: number;
  changedFiles: number;
  createdAt: Date;
  updatedAt: Date;
  mergedAt: Date | null;
  closedAt: Date | null;
  /** The state of all checks together. Default: computed from the checks. */
  rollup?: string | null;
  checks: (GitHubCheckRun | GitHubStatusContext)[];
  /** The suites of the head commit. Those of its check runs need not be given. */
  suites: (GitHubSuite & { conclusion: string | null })[];
  threads: GitHubThread[];
  /** The logins of users who are asked for a review. */
  reviewRequests: string[];
  /** In the order of submission. */
  reviews: GitHubReview[];
};

/** An open pull request without checks, threads and reviews that can be merged. */
export function defaultPullRequest(owner: string, repo: string, number: number): GitHubPullRequest {
  return {
    owner,
    repo,
    number,
    databaseId: BigInt(`0x${shaOf(`${owner}/${repo}#${number}`).slice(0, 15)}`).toString(),
    title: `Pull request ${number}`,
    author: 'octocat',
    sourceBranch: `branch-${number}`,
    targetBranch: 'main',
    headSha: shaOf(`${owner}/${repo}#${number} head`),
    baseSha: shaOf(`${owner}/${repo} base`),
    mergeCommitSha: null,
    state: 'OPEN',
    isDraft: false,
    reviewDecision: null,
    mergeable: 'MERGEABLE',
    mergeStateStatus: 'CLEAN',
    mergeQueuePosition: null,
    additions: 1,
    deletions: 0,
    changedFiles: 1,
    createdAt: new Date('2026-01-01T10:00:00Z'),
    updatedAt: new Date('2026-01-02T10:00:00Z'),
    mergedAt: null,
    closedAt: null,
    checks: [],
    suites: [],
    reviewRequests: [],
    threads: [],
    reviews: [],
  };
}

/** A commit id that is the same for the same text. */
export function shaOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
