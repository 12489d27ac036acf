import { createHash } from 'node:crypto';

/** A user by name, an app, or null for an account that is gone. */
export type GitHubActor = string | { bot: string } | null;

export type GitHubCheckRun = {
  id?: string;
  name: string;
  /** Of GitHub Actions; absent for a check that another app reports. */
  workflow?: string;
  /** COMPLETED unless said otherwise. */
  status?: string;
  /** SUCCESS unless said otherwise, when completed. */
  conclusion?: string | null;
  url?: string | null;
};

export type GitHubStatusContext = { id?: string; context: string; state: string; url?: string | null };

export type GitHubComment = {
  id?: string;
  author?: GitHubActor;
  body?: string;
  /** SUBMITTED, or PENDING for what its author has not sent yet. */
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
  /** One comment of `octocat` unless said otherwise. */
  comments?: GitHubComment[];
};

export type GitHubReview = {
  id?: string;
  author: GitHubActor;
  state: string;
  body?: string;
  submittedAt?: Date | null;
};

/** A pull request as a test describes it; the server makes GitHub's objects of it. */
export type GitHubPullRequest = {
  owner: string;
  repo: string;
  number: number;
  /** What it keeps when its repository moves. */
  databaseId: string | null;
  /** On the server's host unless said otherwise. */
  url?: string;
  title: string;
  author: GitHubActor;
  sourceBranch: string;
  targetBranch: string;
  headSha: string;
  baseSha: string;
  /** What GitHub lists as the last commit: the head, unless the list lags behind a push. */
  lastCommitSha?: string;
  mergeCommitSha: string | null;
  state: 'OPEN' | 'CLOSED' | 'MERGED';
  isDraft: boolean;
  reviewDecision: string | null;
  mergeable: string;
  mergeStateStatus: string;
  additions: number;
  deletions: number;
  changedFiles: number;
  createdAt: Date;
  updatedAt: Date;
  mergedAt: Date | null;
  closedAt: Date | null;
  /** The state of all checks together; what the checks amount to unless said otherwise. */
  rollup?: string | null;
  checks: (GitHubCheckRun | GitHubStatusContext)[];
  threads: GitHubThread[];
  /** In the order of their submission. */
  reviews: GitHubReview[];
};

/** An open pull request without reviews that can be merged. */
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
    additions: 1,
    deletions: 0,
    changedFiles: 1,
    createdAt: new Date('2026-01-01T10:00:00Z'),
    updatedAt: new Date('2026-01-02T10:00:00Z'),
    mergedAt: null,
    closedAt: null,
    checks: [],
    threads: [],
    reviews: [],
  };
}

/** Something that looks like the name of a commit, the same for the same text. */
export function shaOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
