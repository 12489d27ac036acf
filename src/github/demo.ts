import { createHash } from 'node:crypto';
import { PrNotFoundError } from '../errors/errors.ts';
import type {
  PullRequestCoordinates,
  PullRequestFacts,
  PullRequestSource,
} from '../services/port/pullRequestSource.ts';
import { asciiLower } from '../value/asciiLower.ts';
import fixtureFile from './demo-pull-requests.json' with { type: 'json' };
import { type DemoPullRequest, demoFixture } from './demoFixture.ts';

/**
 * Pull-request facts from a fixture file: a made-up repository `acme/rocket` on github.com, for trying things out
 * without a network or a token. The file has ages relative to `startedAt`, which is fixed per source, so repeated fetches
 * return equal facts.
 */
export function demoPullRequests(startedAt = new Date()): PullRequestSource {
  const { host, owner, repo, pullRequests } = demoFixture.parse(fixtureFile);
  const byKey = new Map(
    pullRequests.map((pr) => {
      const coordinates = { host, owner, repo, number: pr.number };
      return [keyOf(coordinates), { coordinates, pr }];
    }),
  );
  return {
    // A file has no budget.
    budget: () => null,
    async fetch(coordinates) {
      const found = byKey.get(keyOf(coordinates));
      if (!found) throw new PrNotFoundError(coordinates);
      return factsOf(found.coordinates, found.pr, startedAt);
    },
  };
}

function keyOf({ host, owner, repo, number }: PullRequestCoordinates): string {
  return asciiLower(`${host}/${owner}/${repo}#${number}`);
}

function factsOf(
  coordinates: PullRequestCoordinates,
  pr: DemoPullRequest,
  startedAt: Date,
): PullRequestFacts {
  const { host, owner, repo, number } = coordinates;
  const { createdMinutesAgo, updatedMinutesAgo, mergedMinutesAgo, closedMinutesAgo, ...plain } = pr;
  const ago = (minutes: number) => new Date(startedAt.getTime() - minutes * 60_000);
  const agoIfEver = (minutes: number | null) => (minutes === null ? null : ago(minutes));
  const url = `https://${host}/${owner}/${repo}/pull/${number}`;
  const headSha = shaOf(`${url} head`);

  return {
    ...plain,
    coordinates: { ...coordinates },
    externalId: `demo-pull-request-${number}`,
    url,
    sourceRepo: { owner, name: repo },
    isCrossRepository: false,
    unreadable: [],
    requiredCiState: null,
    awaitsApproval: false,
    isInMergeQueue: false,
    mergeQueuePosition: null,
    headSha,
    baseSha: shaOf(`${url} base`),
    mergeCommitSha: pr.state === 'MERGED' ? shaOf(`${url} merge`) : '',
    createdAt: ago(createdMinutesAgo),
    updatedAt: ago(updatedMinutesAgo),
    mergedAt: agoIfEver(mergedMinutesAgo),
    closedAt: agoIfEver(closedMinutesAgo),
    observedAt: new Date(),
    checks: pr.checks.map((check, at) => ({
      ...check,
      commitSha: headSha,
      isRequired: null,
      url: `${url}/checks`,
      externalId: `demo-check-${number}-${at + 1}`,
      startedAt: null,
      completedAt: null,
    })),
    checksComplete: true,
    reviewThreads: pr.reviewThreads.map(({ comments, ...thread }, at) => ({
      ...thread,
      externalId: `demo-thread-${number}-${at + 1}`,
      isOutdated: false,
      isBot: comments.every(({ isBot, author }) => isBot || author === pr.author),
      isByAuthor: comments[0]?.author === pr.author,
      comments: comments.map(({ minutesAgo, ...comment }, reply) => ({
        ...comment,
        externalId: `demo-comment-${number}-${at + 1}-${reply + 1}`,
        url: `${url}#discussion_r${number}${at + 1}${reply + 1}`,
        createdAt: ago(minutesAgo),
      })),
    })),
    reviewThreadsComplete: true,
    reviews: pr.reviews.map(({ minutesAgo, ...review }, at) => ({
      ...review,
      externalId: `demo-review-${number}-${at + 1}`,
      url: `${url}#pullrequestreview-${number}${at + 1}`,
      submittedAt: ago(minutesAgo),
    })),
  };
}

/** An invented commit id of the usual length, the same for each pull request every time. */
function shaOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
