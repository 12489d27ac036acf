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

const suite = z.object({
  databaseId: z.number().nullish(),
  app: z.object({ databaseId: z.number().nullish(), slug: z.string().nullish() }).nullish(),
  workflowRun: z
    .object({
      databaseId: z.number().nullish(),
      event: z.string().nullish(),
      runNumber: z.number().nullish(),
      workflow: z.object({ name: z.string() }),
    })
    .nullish(),
});

const check = z.discriminatedUnion('__typename', [
  z.object({
    __typename: z.literal('CheckRun'),
    id: z.string(),
    databaseId: z.number().nullish(),
    name: z.string(),
    status: z.string(),
    conclusion: z.string().nullable(),
    startedAt: date.nullish(),
    completedAt: date.nullish(),
    detailsUrl: z.string().nullable(),
    url: z.string(),
    isRequired: z.boolean().nullish(),
    checkSuite: suite,
  }),
  z.object({
    __typename: z.literal('StatusContext'),
    id: z.string(),
    context: z.string(),
    state: z.string(),
    targetUrl: z.string().nullable(),
    isRequired: z.boolean().nullish(),
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
  originalLine: z.number().nullish(),
  subjectType: z.string().nullish(),
  isResolved: z.boolean(),
  isOutdated: z.boolean().nullish(),
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

const listOf = <Node extends z.ZodType>(node: Node) =>
  z
    .object({ nodes: nodesOf(node) })
    .nullish()
    .transform((list) => list?.nodes ?? []);

const requestedReviewer = z.object({ __typename: z.string(), login: z.string().nullish() });

const commitWith = <Rollup extends z.ZodType>(rollup: Rollup) =>
  z.object({
    nodes: nodesOf(
      z.object({
        commit: z.object({
          oid: z.string(),
          checkSuites: listOf(z.object({ conclusion: z.string().nullable(), ...suite.shape })),
          statusCheckRollup: rollup.nullish(),
        }),
      }),
    ),
  });

/** What is nullish here may be missing from a partial answer. */
const pullRequest = z.object({
  number: z.number(),
  fullDatabaseId: z.string().nullish(),
  url: z.url(),
  title: z.string(),
  author: actor,
  headRefName: z.string(),
  baseRefName: z.string(),
  headRefOid: z.string(),
  baseRefOid: z.string(),
  headRepository: z.object({ name: z.string(), owner: z.object({ login: z.string() }) }).nullish(),
  isCrossRepository: z.boolean().nullish(),
  mergeCommit: z.object({ oid: z.string() }).nullable(),
  isDraft: z.boolean(),
  state: z.string(),
  reviewDecision: z.string().nullish(),
  mergeable: z.string().nullish(),
  mergeStateStatus: z.string().nullish(),
  isInMergeQueue: z.boolean().nullish(),
  mergeQueueEntry: z.object({ position: z.number() }).nullish(),
  additions: z.number(),
  deletions: z.number(),
  changedFiles: z.number(),
  createdAt: date,
  updatedAt: date,
  mergedAt: date.nullable(),
  closedAt: date.nullable(),
  commits: commitWith(z.object({ state: z.string().nullish(), contexts: checkPage.nullish() })).nullish(),
  reviewThreads: threadPage.nullish(),
  reviewRequests: listOf(z.object({ requestedReviewer: requestedReviewer.nullish() })),
  latestOpinionatedReviews: listOf(review),
  latestReviews: listOf(review),
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
          commits: commitWith(z.object({ contexts: checkPage.nullish() })).nullish(),
          reviewThreads: threadPage.nullish(),
        })
        .nullable(),
    })
    .nullable(),
});

export type GitHubCommit = NonNullable<z.output<typeof pullRequest>['commits']>['nodes'][number]['commit'];
export type GitHubSuite = z.output<typeof suite>;
export type GitHubActor = z.output<typeof actor>;
export type GitHubCheck = z.output<typeof check>;
export type GitHubThread = z.output<typeof thread>;
export type GitHubReview = z.output<typeof review>;
export type GitHubPullRequest = z.output<typeof pullRequest>;
export type GitHubRepository = NonNullable<z.output<typeof pullRequestAnswer>['repository']>;
