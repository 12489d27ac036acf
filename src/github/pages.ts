import { PrNotFoundError, ScmUnavailableError } from '../errors/errors.ts';
import type { PullRequestCoordinates, PullRequestPart } from '../services/port/pullRequestSource.ts';
import {
  type GitHubCheck,
  type GitHubCommit,
  type GitHubPullRequest,
  type GitHubRepository,
  type GitHubThread,
  morePagesAnswer,
  pullRequestAnswer,
} from './answer.ts';
import type { GitHubClient } from './client.ts';
import { isTooBig } from './failures.ts';
import { askLeniently } from './lenient.ts';
import { partOf } from './partialQuery.ts';
import { morePagesQuery, pullRequestQuery } from './query.ts';

/** The sizes of pages to try, one after another while GitHub runs out of time or resources over a query. */
const PAGE_SIZES = [100, 50, 25, 10];
/** Further items of a list are not read. */
const MAX_ITEMS = 1_000;

/** A pull request with all pages of its lists. */
export type CompletePullRequest = Omit<GitHubPullRequest, 'commits' | 'reviewThreads'> & {
  /** The commit that the checks and the rollup are about. */
  checkedCommit: string;
  rollupState: string | null;
  checkSuites: GitHubCommit['checkSuites'];
  checks: GitHubCheck[];
  checksComplete: boolean;
  threads: GitHubThread[];
  threadsComplete: boolean;
  /** The fields that GitHub did not return as a whole, and the parts that they belong to. */
  lost: ReadonlySet<string>;
  unreadable: PullRequestPart[];
};

type Reading = { repository: Pick<GitHubRepository, 'name' | 'owner'>; pullRequest: CompletePullRequest };

type Source = { ask: GitHubClient; deadline: AbortSignal; missing: Set<string> };

/** Reads the pull request with smaller and smaller pages, until GitHub can answer. */
export async function readPullRequest(source: Source, coordinates: PullRequestCoordinates): Promise<Reading> {
  for (const [at, pageSize] of PAGE_SIZES.entries()) {
    try {
      return await readPages(source, coordinates, pageSize);
    } catch (failure) {
      if (!isTooBig(failure) || at === PAGE_SIZES.length - 1) throw failure;
    }
  }
  throw new Error('There is no page size to try.');
}

/**
 * Reads the pull request and the further pages of its checks and threads. The checks must be those of one commit: when
 * the head moves between two pages, everything is read again, once.
 */
async function readPages(
  source: Source,
  coordinates: PullRequestCoordinates,
  pageSize: number,
): Promise<Reading> {
  const reading =
    (await readOnce(source, coordinates, pageSize)) ?? (await readOnce(source, coordinates, pageSize));
  if (!reading) {
    throw new ScmUnavailableError('The head of the pull request keeps moving while we read it.', {
      retryAfterSeconds: 1,
    });
  }
  return reading;
}

/** Null when the head moved meanwhile. */
async function readOnce(
  source: Source,
  coordinates: PullRequestCoordinates,
  pageSize: number,
): Promise<Reading | null> {
  const { owner, repo, number } = coordinates;
  const asked = { owner, repo, number, pageSize };
  const read = { ...source, lost: new Set<string>() };
  const { repository } = await askLeniently(read, pullRequestQuery, asked, pullRequestAnswer);
  if (!repository?.pullRequest) throw new PrNotFoundError(coordinates);
  const { commits, reviewThreads, ...pullRequest } = repository.pullRequest;
  const commit = commits?.nodes[0]?.commit;
  const checks = pagesFrom(commit?.statusCheckRollup?.contexts);
  const threads = pagesFrom(reviewThreads);

  for (let items = pageSize; items < MAX_ITEMS && (checks.after || threads.after); items += pageSize) {
    const variables = {
      ...asked,
      ...{ withChecks: checks.after !== null, checksAfter: checks.after },
      ...{ withThreads: threads.after !== null, threadsAfter: threads.after },
    };
    const more = (await askLeniently(read, morePagesQuery, variables, morePagesAnswer)).repository
      ?.pullRequest;
    if (!more) throw new PrNotFoundError(coordinates);
    const moreCommit = more.commits?.nodes[0]?.commit;
    const isSameHead = more.headRefOid === pullRequest.headRefOid;
    if (!isSameHead || (checks.after && moreCommit && moreCommit.oid !== commit?.oid)) return null;
    checks.add(moreCommit?.statusCheckRollup?.contexts);
    threads.add(more.reviewThreads);
  }

  const { lost } = read;
  const checkedCommit = commit?.oid ?? pullRequest.headRefOid;
  return {
    repository,
    pullRequest: {
      ...pullRequest,
      checkedCommit,
      rollupState: commit?.statusCheckRollup?.state ?? null,
      checkSuites: commit?.checkSuites ?? [],
      checks: checks.nodes,
      checksComplete: checks.after === null && !lost.has('commits'),
      threads: threads.nodes,
      threadsComplete: threads.after === null && !lost.has('reviewThreads'),
      lost,
      unreadable: [...new Set([...lost].map(partOf))].filter((part) => part !== null).sort(),
    },
  };
}

type Page<Node> = { pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: Node[] };

/** A list that grows page by page; `after` is null once there is no more. */
function pagesFrom<Node>(first: Page<Node> | null | undefined) {
  const list = {
    nodes: [] as Node[],
    after: null as string | null,
    add(page: Page<Node> | null | undefined) {
      list.nodes.push(...(page?.nodes ?? []));
      list.after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    },
  };
  list.add(first);
  return list;
}
