import { z } from 'zod';

/**
 * The shape of GitHub's answers as far as we read them. Enumerations are plain strings, so that a value GitHub
 * adds later is mapped to UNKNOWN rather than refused.
 */
const date = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const actor = z.object({ __typename: z.string(), login: z.string() }).nullable();

/** A connection's nodes may be null, one by one or all together. Null nodes are left out. */
const nodesOf = <Node extends z.ZodType>(node: Node) =>
  z
    .array(node.nullable())
    .nullable()
    .transform((nodes) => (nodes ?? []).filter((each) => each !== null));

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });

const check = z.discriminatedUnion('__typename', [
  z.object({
    __typename: z.literal('CheckRun'),
    id: z.string(),
    name: z.string(),
    status: z.string(),
    conclusion: z.string().nullable(),
    detailsUrl: z.string().nullable(),
    url: z.string(),
    checkSuite: z.object({
      workflowRun: z.object({ workflow: z.object({ name: z.string() }) }).nullable(),
    }),
  }),
  z.object({
    __typename: z.literal('StatusContext'),
    id: z.string(),
    context: z.string(),
    state: z.string(),
    targetUrl: z.string().nullable(),
  }),
]);

const checkPage = z.object({ pageInfo, nodes: nodesOf(check) });

const comment = z.object({
  id: z.string(),
  author: actor,
  body: z.string(),
  url: z.string(),
  state: z.string(),
  createdAt: date,
});

const thread = z.object({
  id: z.string(),
  path: z.string(),
  line: z.number().nullable(),
  originalLine: z.number().nullable(),
  subjectType: z.string(),
  isResolved: z.boolean(),
  comments: z.object({ nodes: nodesOf(comment) }),
});

const threadPage = z.object({ pageInfo, nodes: nodesOf(thread) });

const review = z.object({
  id: z.string(),
  author: actor,
  state: z.string(),
  body: z.string(),
  url: z.string(),
  submittedAt: date.nullable(),
});

const reviewList = z
  .object({ nodes: nodesOf(review) })
  .nullable()
  .transform((list) => list?.nodes ?? []);

const commitWith = <Rollup extends z.ZodType>(rollup: Rollup) =>
  z.object({
    nodes: nodesOf(z.object({ commit: z.object({ oid: z.string(), statusCheckRollup: rollup.nullable() }) })),
  });

const pullRequest = z.object({
  number: z.number(),
  fullDatabaseId: z.string().nullable(),
  url: z.url(),
  title: z.string(),
  author: actor,
  headRefName: z.string(),
  baseRefName: z.string(),
  headRefOid: z.string(),
  baseRefOid: z.string(),
  mergeCommit: z.object({ oid: z.string() }).nullable(),
  isDraft: z.boolean(),
  state: z.string(),
  reviewDecision: z.string().nullable(),
  mergeable: z.string(),
  mergeStateStatus: z.string(),
  additions: z.number(),
  deletions: z.number(),
  changedFiles: z.number(),
  createdAt: date,
  updatedAt: date,
  mergedAt: date.nullable(),
  closedAt: date.nullable(),
  commits: commitWith(z.object({ state: z.string(), contexts: checkPage })),
  reviewThreads: threadPage,
  latestOpinionatedReviews: reviewList,
  latestReviews: reviewList,
});

export const pullRequestAnswer = z.object({
  repository: z
    .object({
      name: z.string(),
      owner: z.object({ login: z.string() }),
      pullRequest: pullRequest.nullable(),
    })
    .nullable(),
});

export const morePagesAnswer = z.object({
  repository: z
    .object({
      pullRequest: z
        .object({
          headRefOid: z.string(),
          commits: commitWith(z.object({ contexts: checkPage })).optional(),
          reviewThreads: threadPage.optional(),
        })
        .nullable(),
    })
    .nullable(),
});

export type GitHubActor = z.output<typeof actor>;
export type GitHubCheck = z.output<typeof check>;
export type GitHubThread = z.output<typeof thread>;
export type GitHubReview = z.output<typeof review>;
export type GitHubPullRequest = z.output<typeof pullRequest>;
export type GitHubRepository = NonNullable<z.output<typeof pullRequestAnswer>['repository']>;
