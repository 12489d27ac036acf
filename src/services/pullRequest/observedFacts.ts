import type { Act } from '../act/act.ts';
import { storable } from '../act/storable.ts';
import type { PullRequestCoordinates, PullRequestFacts } from '../port/pullRequestSource.ts';
import { distinct } from './distinctFacts.ts';

/** Facts with a number drawn before they were fetched. Of two, those with the greater number are newer. */
export type NumberedFacts = { number: bigint; facts: PullRequestFacts };

/**
 * Fetches a pull request's facts, outside any transaction. The number is drawn first, so that a slow answer is known to
 * be an old one.
 */
export async function observePullRequest(
  act: Act,
  coordinates: PullRequestCoordinates,
): Promise<NumberedFacts> {
  const [row] = await act.db.prisma.$queryRaw<{ number: bigint }[]>`
    SELECT nextval('pull_request_facts_number') AS number`;
  if (!row) throw new Error('The sequence of facts numbers returned nothing.');
  // Made storable first: two names may become equal by it, which `distinct` then merges.
  return { number: row.number, facts: distinct(storable(await act.pullRequestSource.fetch(coordinates))) };
}
