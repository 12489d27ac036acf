import type { CommentFacts, ReviewFacts, ReviewThreadFacts } from '../services/port/pullRequestSource.ts';
import type { GitHubActor, GitHubReview, GitHubThread } from './answer.ts';
import { verdictOf } from './state.ts';

/** The login, or `ghost`, which GitHub shows for a deleted account. */
export function loginOf(actor: GitHubActor): string {
  return actor?.login ?? 'ghost';
}

/** Whether the author is an app, by GitHub's type. The name alone proves nothing. */
export function isBot(actor: GitHubActor): boolean {
  return actor?.__typename === 'Bot';
}

/** Deleted accounts are all shown as one, and are not the same. */
function isSame(one: GitHubActor, other: GitHubActor): boolean {
  return one !== null && other !== null && one.login === other.login && isBot(one) === isBot(other);
}

/**
 * Review threads with their comments, each thread once. A thread that moves to the next page during the read appears twice.
 * Comments that the token's owner has not submitted yet are left out, because they are private.
 */
export function threadsOf(threads: readonly GitHubThread[], author: GitHubActor): ReviewThreadFacts[] {
  const byId = new Map<string, ReviewThreadFacts>();
  for (const thread of threads) {
    const comments = thread.comments.nodes.filter((comment) => comment.state !== 'PENDING');
    const [opening] = comments;
    if (!opening) continue;
    byId.set(thread.id, {
      externalId: thread.id,
      path: thread.path,
      line: thread.subjectType === 'FILE' ? 0 : (thread.line ?? thread.originalLine ?? 0),
      isResolved: thread.isResolved,
      isOutdated: thread.isOutdated ?? false,
      // The answer of a person in a bot's thread makes it a person's.
      isBot: comments.every((comment) => isBot(comment.author) || isSame(comment.author, author)),
      isByAuthor: isSame(opening.author, author),
      comments: comments.map(commentOf),
    });
  }
  return [...byId.values()];
}

/** Submitted reviews, each once, oldest first. A review without a time gets the time of the fetch. */
export function reviewsOf(reviews: readonly GitHubReview[], observedAt: Date): ReviewFacts[] {
  const byId = new Map<string, ReviewFacts>();
  for (const review of reviews) {
    if (review.state === 'PENDING') continue;
    byId.set(review.id, {
      externalId: review.id,
      author: loginOf(review.author),
      isBot: isBot(review.author),
      state: verdictOf(review.state),
      body: review.body,
      url: review.url,
      submittedAt: review.submittedAt ?? observedAt,
    });
  }
  return [...byId.values()].sort(
    (a, b) => a.submittedAt.getTime() - b.submittedAt.getTime() || (a.externalId < b.externalId ? -1 : 1),
  );
}

function commentOf(comment: GitHubThread['comments']['nodes'][number]): CommentFacts {
  return {
    externalId: comment.id,
    author: loginOf(comment.author),
    body: comment.body,
    url: comment.url,
    isBot: isBot(comment.author),
    createdAt: comment.createdAt,
  };
}
