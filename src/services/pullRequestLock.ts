/** Which row a pull request is, and the right to write it. */
import type { PullRequest } from '../../prisma/client/client.ts';
import type { Tx } from '../db.ts';
import type { PullRequestCoordinates } from './pullRequestFacts.ts';

/** The columns that identify a pull request within its organization. */
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
 * `names` are all we know it by, the one its host answers first: a repository that was transferred is asked for by
 * its old name and answers with its new one, and it is one row all the same.
 */
export async function lockPullRequest(
  tx: Tx,
  organizationId: string,
  names: PullRequestCoordinates[],
): Promise<PullRequest | null> {
  const keys = names.map(keyOf);
  // There is no row to lock before the first claim, so claims of one pull request queue at its name.
  const places = [
    ...new Set(keys.map((key) => `pull_request:${organizationId}:${Object.values(key).join('/')}`)),
  ];
  for (const place of places.sort()) {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${place}, 0))`;
  }
  for (const key of keys) {
    const found = await tx.pullRequest.findFirst({ where: { organizationId, ...key }, select: { id: true } });
    if (!found) continue;
    await tx.$queryRaw`SELECT FROM pull_request WHERE id = ${found.id}::uuid FOR NO KEY UPDATE`;
    return await tx.pullRequest.findUnique({ where: { id: found.id } });
  }
  return null;
}
