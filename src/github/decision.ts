import type { ReviewDecision } from '../services/port/pullRequestSource.ts';
import type { GitHubActor, GitHubPullRequest } from './answer.ts';
import { isBot } from './reviews.ts';

/**
 * GitHub's decision over all reviews. Where it requires none it decides nothing, although people may have reviewed: then their
 * latest opinions decide. A reviewer who was asked again is expected, and requests nothing until then.
 */
export function reviewDecisionOf(
  pr: Pick<GitHubPullRequest, 'reviewDecision' | 'latestOpinionatedReviews' | 'reviewRequests' | 'author'>,
): ReviewDecision {
  switch (pr.reviewDecision) {
    case 'APPROVED':
    case 'CHANGES_REQUESTED':
    case 'REVIEW_REQUIRED':
      return pr.reviewDecision;
  }
  const opinions = pr.latestOpinionatedReviews.filter(
    ({ author }) => author !== null && !isBot(author) && author.login !== pr.author?.login,
  );
  const askedAgain = new Set(
    pr.reviewRequests
      .map(({ requestedReviewer }) => requestedReviewer?.login)
      .filter((login) => login != null),
  );
  const isPending = (author: GitHubActor) => author !== null && askedAgain.has(author.login);
  const requests = opinions.filter(({ state }) => state === 'CHANGES_REQUESTED');
  if (requests.some(({ author }) => !isPending(author))) return 'CHANGES_REQUESTED';
  if (requests.length > 0) return 'REVIEW_REQUIRED';
  return opinions.some(({ state }) => state === 'APPROVED') ? 'APPROVED' : 'NONE';
}
