import type {
  GitHubActor,
  GitHubCheckRun,
  GitHubPullRequest,
  GitHubStatusContext,
  GitHubSuite,
  GitHubThread,
} from './githubPullRequest.ts';

/**
 * GitHub's objects behind the fields of its schema. A query for another non-null field fails, so that a new field in
 * our queries is noticed here and not read as null.
 */
export function pullRequestObject(pr: GitHubPullRequest, host: string) {
  const url = pr.url ?? `https://${host}/${pr.owner}/${pr.repo}/pull/${pr.number}`;
  const lastCommit = {
    oid: pr.lastCommitSha ?? pr.headSha,
    checkSuites: connection(
      pr.suites.map((suite) => ({ ...suiteObject(suite), conclusion: suite.conclusion })),
    ),
    statusCheckRollup: rollup(pr, url),
  };
  const head = pr.headRepository === undefined ? pr : pr.headRepository;
  const threads = pr.threads.map((thread, at) => threadObject(thread, `${pr.number}_${at + 1}`, url));
  return {
    id: `PR_${pr.number}`,
    number: pr.number,
    fullDatabaseId: pr.databaseId,
    url,
    title: pr.title,
    author: actorObject(pr.author),
    headRefName: pr.sourceBranch,
    baseRefName: pr.targetBranch,
    headRefOid: pr.headSha,
    baseRefOid: pr.baseSha,
    headRepository: head && { name: head.repo, owner: { __typename: 'Organization', login: head.owner } },
    isCrossRepository: head === null || `${head.owner}/${head.repo}` !== `${pr.owner}/${pr.repo}`,
    mergeCommit: pr.mergeCommitSha === null ? null : { oid: pr.mergeCommitSha },
    isDraft: pr.isDraft,
    state: pr.state,
    merged: pr.state === 'MERGED',
    closed: pr.state !== 'OPEN',
    reviewDecision: pr.reviewDecision,
    mergeable: pr.mergeable,
    mergeStateStatus: pr.mergeStateStatus,
    isInMergeQueue: pr.mergeQueuePosition !== null,
    mergeQueueEntry: pr.mergeQueuePosition === null ? null : { position: pr.mergeQueuePosition },
    additions: pr.additions,
    deletions: pr.deletions,
    changedFiles: pr.changedFiles,
    createdAt: time(pr.createdAt),
    updatedAt: time(pr.updatedAt),
    mergedAt: time(pr.mergedAt),
    closedAt: time(pr.closedAt),
    commits: connection([{ commit: lastCommit }]),
    reviewThreads: connection(threads),
    reviewRequests: connection(
      pr.reviewRequests.map((login) => ({ requestedReviewer: { __typename: 'User', login } })),
    ),
    ...latestReviews(pr, url),
  };
}

function rollup(pr: GitHubPullRequest, url: string) {
  const state = pr.rollup === undefined ? rollupState(pr.checks) : pr.rollup;
  if (state === null) return null;
  return {
    state,
    contexts: connection(pr.checks.map((check, at) => checkObject(check, pr.number, at, url))),
  };
}

function rollupState(checks: GitHubPullRequest['checks']): string | null {
  if (checks.length === 0) return null;
  const words = checks.map((check) =>
    'context' in check
      ? check.state
      : (check.status ?? 'COMPLETED') === 'COMPLETED'
        ? (check.conclusion ?? 'SUCCESS')
        : 'PENDING',
  );
  const fails = ['FAILURE', 'ERROR', 'TIMED_OUT', 'CANCELLED', 'ACTION_REQUIRED', 'STARTUP_FAILURE'];
  if (words.some((word) => fails.includes(word))) return 'FAILURE';
  return words.some((word) => word === 'PENDING' || word === 'EXPECTED') ? 'PENDING' : 'SUCCESS';
}

function checkObject(check: GitHubCheckRun | GitHubStatusContext, number: number, at: number, url: string) {
  const detailsUrl = check.url === undefined ? `${url}/checks?check_run_id=${at + 1}` : check.url;
  if ('context' in check) {
    const id = check.id ?? `SC_${number}_${at + 1}`;
    return {
      __typename: 'StatusContext',
      id,
      context: check.context,
      state: check.state,
      targetUrl: detailsUrl,
      isRequired: check.isRequired ?? false,
    };
  }
  const status = check.status ?? 'COMPLETED';
  return {
    __typename: 'CheckRun',
    id: check.id ?? `CR_${number}_${at + 1}`,
    name: check.name,
    status,
    conclusion: status === 'COMPLETED' ? (check.conclusion ?? 'SUCCESS') : null,
    databaseId: check.databaseId ?? null,
    startedAt: time(check.startedAt ?? null),
    completedAt: time(check.completedAt ?? null),
    detailsUrl,
    url: `${url}/checks`,
    isRequired: check.isRequired ?? false,
    checkSuite: suiteObject(check.suite ?? { workflow: check.workflow }),
  };
}

function suiteObject({ id, workflow, app, event = 'pull_request', runNumber = 1 }: GitHubSuite) {
  const slug = app ?? (workflow ? 'github-actions' : undefined);
  return {
    databaseId: id ?? null,
    app: slug ? { databaseId: null, slug } : null,
    workflowRun: workflow ? { databaseId: id ?? null, event, runNumber, workflow: { name: workflow } } : null,
  };
}

function threadObject(thread: GitHubThread, key: string, url: string) {
  const {
    path = 'src/main.ts',
    line = 1,
    originalLine = 1,
    subjectType = 'LINE',
    isResolved = false,
    isOutdated = false,
  } = thread;
  const comments = (thread.comments ?? [{}]).map((comment, at) => ({
    id: comment.id ?? `PRRC_${key}_${at + 1}`,
    author: actorObject(comment.author === undefined ? 'reviewer' : comment.author),
    body: comment.body ?? 'A remark.',
    url: `${url}#discussion_r${key}_${at + 1}`,
    state: comment.state ?? 'SUBMITTED',
    createdAt: time(comment.createdAt ?? new Date('2026-01-02T09:00:00Z')),
  }));
  const id = thread.id ?? `PRRT_${key}`;
  return {
    id,
    path,
    line,
    originalLine,
    subjectType,
    isResolved,
    isOutdated,
    comments: connection(comments),
  };
}

/** The latest review of each reviewer: once of all reviews, and once of those that are not only comments. */
function latestReviews(pr: GitHubPullRequest, url: string) {
  const reviews = pr.reviews.map((review, at) => ({
    id: review.id ?? `PRR_${pr.number}_${at + 1}`,
    author: actorObject(review.author),
    state: review.state,
    body: review.body ?? '',
    url: `${url}#pullrequestreview-${at + 1}`,
    submittedAt: time(review.submittedAt === undefined ? pr.updatedAt : review.submittedAt),
  }));
  const latest = (of: typeof reviews) => [...new Map(of.map((each) => [each.author?.login, each])).values()];
  return {
    latestReviews: connection(latest(reviews.filter(({ state }) => state !== 'PENDING'))),
    latestOpinionatedReviews: connection(
      latest(reviews.filter(({ state }) => ['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'].includes(state))),
    ),
  };
}

function actorObject(actor: GitHubActor) {
  if (actor === null) return null;
  return typeof actor === 'string'
    ? { __typename: 'User', login: actor }
    : { __typename: 'Bot', login: actor.bot };
}

type PageArguments = { first?: number; after?: string; last?: number; before?: string };

/** A connection field, with the pagination of Relay. */
function connection<Item>(items: Item[]) {
  return ({ first, after, last, before }: PageArguments) => {
    const from = after === undefined || after === null ? 0 : indexOf(after) + 1;
    const to = before === undefined || before === null ? items.length : indexOf(before);
    const start = last === undefined ? from : Math.max(from, to - last);
    const end = first === undefined ? to : Math.min(to, from + first);
    const nodes = items.slice(start, end);
    const pageInfo = {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
      startCursor: nodes.length > 0 ? cursorOf(start) : null,
      endCursor: nodes.length > 0 ? cursorOf(end - 1) : null,
    };
    return { totalCount: items.length, nodes, pageInfo };
  };
}

const cursorOf = (index: number) => Buffer.from(`cursor:${index}`).toString('base64');
const indexOf = (cursor: string) => Number(Buffer.from(cursor, 'base64').toString().split(':')[1]);

/** GitHub writes times in whole seconds. */
function time(date: Date | null): string | null {
  return date === null ? null : date.toISOString().replace(/\.\d+Z$/, 'Z');
}
