import { PrNotFoundError, ScmUnavailableError } from '../errors.ts';
import type { PullRequestCoordinates } from '../services/port/pullRequestSource.ts';
import {
  type GitHubCheck,
  type GitHubPullRequest,
  type GitHubRepository,
  type GitHubThread,
  morePagesAnswer,
  pullRequestAnswer,
} from './answer.ts';
import type { GitHubClient } from './client.ts';
import { morePagesQuery, pullRequestQuery } from './query.ts';

/** Pages of 100. Further items of a pull request are not read. */
const MAX_PAGES = 10;

/** A pull request with all pages of its lists. */
export type CompletePullRequest = Omit<GitHubPullRequest, 'commits' | 'reviewThreads'> & {
  /** The commit that the checks and the rollup are about. */
  checkedCommit: string;
  rollupState: string | null;
  checks: GitHubCheck[];
  threads: GitHubThread[];
  threadsComplete: boolean;
};

type Reading = { repository: Pick<GitHubRepository, 'name' | 'owner'>; pullRequest: CompletePullRequest };

/**
 * Reads the pull request and the further pages of its checks and threads. The checks must be those of one commit: when
 * the head moves between two pages, everything is read again, once.
 */
export async function readPullRequest(
  ask: GitHubClient,
  coordinates: PullRequestCoordinates,
  deadline: AbortSignal,
): Promise<Reading> {
  const reading =
    (await readOnce(ask, coordinates, deadline)) ?? (await readOnce(ask, coordinates, deadline));
  if (!reading) {
    throw new ScmUnavailableError('The head of the pull request keeps moving while we read it.', {
      retryAfterSeconds: 1,
    });
  }
  return reading;
}

/** Null when the head moved meanwhile. */
async function readOnce(
  ask: GitHubClient,
  coordinates: PullRequestCoordinates,
  deadline: AbortSignal,
): Promise<Reading | null> {
  const { owner, repo, number } = coordinates;
  const { repository } = await ask(pullRequestQuery, { owner, repo, number }, pullRequestAnswer, deadline);
  if (!repository?.pullRequest) throw new PrNotFoundError(coordinates);
  const { commits, reviewThreads, ...pullRequest } = repository.pullRequest;
  const commit = commits.nodes[0]?.commit;
  const checks = pagesFrom(commit?.statusCheckRollup?.contexts);
  const threads = pagesFrom(reviewThreads);

  for (let page = 1; page < MAX_PAGES && (checks.after || threads.after); page++) {
    const variables = {
      ...{ owner, repo, number },
      ...{ withChecks: checks.after !== null, checksAfter: checks.after },
      ...{ withThreads: threads.after !== null, threadsAfter: threads.after },
    };
    const more = (await ask(morePagesQuery, variables, morePagesAnswer, deadline)).repository?.pullRequest;
    if (!more) throw new PrNotFoundError(coordinates);
    const moreCommit = more.commits?.nodes[0]?.commit;
    const isSameHead = more.headRefOid === pullRequest.headRefOid;
    if (!isSameHead || (checks.after && moreCommit?.oid !== commit?.oid)) return null;
    checks.add(moreCommit?.statusCheckRollup?.contexts);
    threads.add(more.reviewThreads);
  }

  const checkedCommit = commit?.oid ?? pullRequest.headRefOid;
  return {
    repository,
    pullRequest: {
      ...pullRequest,
      checkedCommit,
      // GitHub's list of commits may lag behind a push, and the checks of another commit do not count for this head.
      rollupState:
        checkedCommit === pullRequest.headRefOid ? (commit?.statusCheckRollup?.state ?? null) : null,
      checks: checks.nodes,
      threads: threads.nodes,
      threadsComplete: threads.after === null,
    },
  };
}

type Page<Node> = { pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: Node[] };

/** A list that grows page by page; `after` is null once there is no more. */
function pagesFrom<Node>(first: Page<Node> | undefined) {
  const list = {
    nodes: [] as Node[],
    after: null as string | null,
    add(page: Page<Node> | undefined) {
      list.nodes.push(...(page?.nodes ?? []));
      list.after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    },
  };
  list.add(first);
  return list;
}
