import { z } from 'zod';

const minutes = z.number().nonnegative();
const verdict = z.enum(['NONE', 'APPROVED', 'CHANGES_REQUESTED', 'REVIEW_REQUIRED']);

const check = z.strictObject({
  name: z.string().min(1),
  status: z.enum(['UNKNOWN', 'QUEUED', 'IN_PROGRESS', 'PASSED', 'FAILED', 'SKIPPED', 'CANCELLED']),
  conclusion: z.string().default(''),
});

const comment = z.strictObject({
  author: z.string().min(1),
  isBot: z.boolean().default(false),
  body: z.string(),
  minutesAgo: minutes,
});

const reviewThread = z.strictObject({
  path: z.string().min(1),
  line: z.int().nonnegative(),
  isResolved: z.boolean(),
  comments: z.array(comment).min(1),
});

const review = z.strictObject({
  author: z.string().min(1),
  isBot: z.boolean().default(false),
  state: verdict,
  body: z.string(),
  minutesAgo: minutes,
});

const pullRequest = z.strictObject({
  number: z.int().positive(),
  title: z.string().min(1),
  author: z.string().min(1),
  sourceBranch: z.string().min(1),
  targetBranch: z.string().default('main'),
  isDraft: z.boolean().default(false),
  state: z.enum(['DRAFT', 'OPEN', 'MERGED', 'CLOSED']),
  ciState: z.enum(['UNKNOWN', 'PENDING', 'PASSING', 'FAILING']),
  reviewDecision: verdict,
  mergeability: z.enum(['UNKNOWN', 'MERGEABLE', 'CONFLICTING', 'BLOCKED', 'UNSTABLE']),
  mergeStateStatus: z.string(),
  additions: z.int().nonnegative(),
  deletions: z.int().nonnegative(),
  changedFiles: z.int().nonnegative(),
  createdMinutesAgo: minutes,
  updatedMinutesAgo: minutes,
  mergedMinutesAgo: minutes.nullable().default(null),
  closedMinutesAgo: minutes.nullable().default(null),
  checks: z.array(check).default([]),
  reviewThreads: z.array(reviewThread).default([]),
  reviews: z.array(review).default([]),
});

/** The demo's fixture file: one repository, its pull requests, and ages in minutes where the port has dates. */
export const demoFixture = z.strictObject({
  host: z.string(),
  owner: z.string(),
  repo: z.string(),
  pullRequests: z.array(pullRequest),
});

export type DemoPullRequest = z.output<typeof pullRequest>;
