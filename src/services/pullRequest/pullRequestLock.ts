/** Which row a pull request is, and the right to write it. */
import type { PullRequest } from '../../../prisma/client/client.ts';
import type { Tx } from '../../db.ts';
import type { PullRequestCoordinates, PullRequestFacts } from '../port/pullRequestSource.ts';

/** The columns that name a pull request within its organization. */
export function keyOf({ host, owner, repo, number }: PullRequestCoordinates) {
  return {
    host: host.toLowerCase(),
    repoOwnerKey: owner.toLowerCase(),
    repoNameKey: repo.toLowerCase(),
    number,
  };
}

/**
 * Finds the row of a pull request and locks it, or locks the place where it will be.
 *
 * A repository that was transferred has two names for a while: it is asked for by the old one and answers with the new
 * one, or is asked for by the new one and was recorded under the old one. It is one row all the same, because the
 * host's id of it stays. Only without an id, as rows have none that another program made, do names alone decide.
 */
export async function lockPullRequest(
  tx: Tx,
  organizationId: string,
  asked: PullRequestCoordinates,
  { coordinates, externalId }: Pick<PullRequestFacts, 'coordinates' | 'externalId'>,
): Promise<PullRequest | null> {
  const [answeredKey, askedKey] = [keyOf(coordinates), keyOf(asked)];
  const { host } = answeredKey;
  // There is no row to lock before the first claim, so claims of one pull request queue at all that it is known by.
  const names = [answeredKey, askedKey].map((key) => Object.values(key).join('/'));
  const places = new Set(externalId ? [...names, `${host}#${externalId}`] : names);
  for (const place of [...places].sort()) {
    await tx.$executeRaw`
      SELECT pg_advisory_xact_lock(hashtextextended(${`pull_request:${organizationId}:${place}`}, 0))`;
  }
  const candidates = [
    ...(externalId ? [{ host, externalId }] : []),
    answeredKey,
    // What has an id of its own was found by that, or only had this name before.
    externalId ? { ...askedKey, externalId: '' } : askedKey,
  ];
  for (const candidate of candidates) {
    const found = await tx.pullRequest.findFirst({
      where: { organizationId, ...candidate },
      select: { id: true },
    });
    if (!found) continue;
    await tx.$queryRaw`SELECT FROM pull_request WHERE id = ${found.id}::uuid FOR NO KEY UPDATE`;
    return await tx.pullRequest.findUnique({ where: { id: found.id } });
  }
  return null;
}
