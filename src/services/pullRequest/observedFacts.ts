import { RepositoryNotGrantedError } from '../../errors/errors.ts';
import type { Act } from '../act/act.ts';
import { storable } from '../act/storable.ts';
import type { FetchPriority, PullRequestCoordinates, PullRequestFacts } from '../port/pullRequestSource.ts';
import { isSameRepository, type Repository } from '../project/repository.ts';
import { grantExists, isGranted } from '../repositoryGrant/repositoryGrant.ts';
import { distinct } from './distinctFacts.ts';

/** Facts with a number drawn before they were fetched. Of two, those with the greater number are newer. */
export type NumberedFacts = { number: bigint; facts: PullRequestFacts };

/**
 * Fetches a pull request's facts for an organization, outside any transaction. The number is drawn first, so that a slow
 * answer is known to be an old one.
 *
 * The host answers the name of a transferred repository with facts of its new place, which may belong to others. So the
 * repository must be granted under both names. The error has the name that was asked for: the new one may be secret.
 * @throws RepositoryNotGrantedError
 */
export async function observePullRequest(
  act: Pick<Act, 'db' | 'pullRequestSource'>,
  organizationId: string,
  coordinates: PullRequestCoordinates,
  priority: FetchPriority,
): Promise<NumberedFacts> {
  const asked = repositoryOf(coordinates);
  const [drawn] = await act.db.prisma.$queryRaw<{ number: bigint }[]>`
    SELECT nextval('pull_request_facts_number') AS number WHERE ${grantExists(organizationId, asked)}`;
  if (!drawn) throw new RepositoryNotGrantedError(asked);
  const answer = await act.pullRequestSource.fetch(coordinates, priority);
  const answered = repositoryOf(answer.coordinates);
  if (!isSameRepository(asked, answered) && !(await isGranted(act.db.prisma, organizationId, answered))) {
    throw new RepositoryNotGrantedError(asked);
  }
  // Made storable first: two names may become equal by it, which `distinct` then merges.
  return { number: drawn.number, facts: distinct(storable(answer)) };
}

function repositoryOf({ host, owner, repo: name }: PullRequestCoordinates): Repository {
  return { host, owner, name };
}
