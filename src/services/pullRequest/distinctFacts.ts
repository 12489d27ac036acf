/** A host may name a thing twice in one answer. The tables hold each thing once. */
import type { PullRequestFacts } from '../port/pullRequestSource.ts';

const NAMELESS = '(no name)';

/** The same facts with each check, thread, comment and review once: the last of equal ones. */
export function distinct(facts: PullRequestFacts): PullRequestFacts {
  const reviewThreads = lastOfEach(facts.reviewThreads, ({ externalId }) => externalId);
  const threadOf = new Map(
    reviewThreads.flatMap(({ externalId, comments }) =>
      comments.map((each) => [each.externalId, externalId]),
    ),
  );
  return {
    ...facts,
    checks: lastOfEach(
      facts.checks.map((check) => ({ ...check, name: check.name || NAMELESS })),
      ({ commitSha, name }) => `${commitSha} ${name}`,
    ),
    reviews: lastOfEach(facts.reviews, ({ externalId }) => externalId),
    reviewThreads: reviewThreads.map((thread) => ({
      ...thread,
      comments: lastOfEach(thread.comments, ({ externalId }) => externalId).filter(
        ({ externalId }) => threadOf.get(externalId) === thread.externalId,
      ),
    })),
  };
}

function lastOfEach<Each>(all: Each[], key: (each: Each) => string): Each[] {
  return [...new Map(all.map((each) => [key(each), each])).values()];
}
