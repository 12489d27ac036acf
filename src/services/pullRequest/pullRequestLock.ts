import type { PullRequest } from '../../../prisma/client/client.ts';
import { asciiLower } from '../../asciiLower.ts';
import type { Tx } from '../../db.ts';
import { repoKeyOf } from '../act/input.ts';
import type { PullRequestCoordinates, PullRequestFacts } from '../port/pullRequestSource.ts';
import { lockSessions } from '../session/session.ts';

/** The columns that name a pull request within its organization. */
export function keyOf({ host, owner, repo, number }: PullRequestCoordinates) {
  return {
    host: asciiLower(host),
    ...repoKeyOf({ owner, name: repo }),
    number,
  };
}

/** The name of a pull request in the queue of the acts that lock it. */
export function pullRequestName(organizationId: string, coordinates: PullRequestCoordinates): string {
  return `${organizationId} ${Object.values(keyOf(coordinates)).join('/')}`;
}

/**
 * Finds a pull request's row and locks it. Without a row it locks the names under which the row would be inserted.
 *
 * A transferred repository has two names for a while: the host answers to the old name with the new one, or the row was
 * written under the old name. It is one row all the same, because the host's id stays. Rows that another program wrote
 * have no id; for them names alone decide.
 */
export async function lockPullRequest(
  tx: Tx,
  organizationId: string,
  asked: PullRequestCoordinates,
  { coordinates, externalId }: Pick<PullRequestFacts, 'coordinates' | 'externalId'>,
): Promise<PullRequest | null> {
  const [answeredKey, askedKey] = [keyOf(coordinates), keyOf(asked)];
  const { host } = answeredKey;
  // Before the first claim there is no row to lock, so claims of one pull request wait at its names and its id.
  const names = [answeredKey, askedKey].map((key) => Object.values(key).join('/'));
  const places = new Set(externalId ? [...names, `${host}#${externalId}`] : names);
  for (const place of [...places].sort()) {
    await tx.$executeRaw`
      SELECT pg_advisory_xact_lock(hashtextextended(${`pull_request:${organizationId}:${place}`}, 0))`;
  }
  const candidates = [
    ...(externalId ? [{ host, externalId }] : []),
    answeredKey,
    // A row with another id only had this name before.
    externalId ? { ...askedKey, externalId: '' } : askedKey,
  ];
  for (const candidate of candidates) {
    const found = await tx.pullRequest.findFirst({
      where: { organizationId, ...candidate },
      select: { id: true },
    });
    if (!found) continue;
    return await lockPullRequestRow(tx, found.id);
  }
  return null;
}

/** Locks the row of a pull request. Rows are kept, so it exists. */
export async function lockPullRequestRow(tx: Tx, id: string): Promise<PullRequest> {
  await tx.$queryRaw`SELECT FROM pull_request WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  return await tx.pullRequest.findUniqueOrThrow({ where: { id } });
}

/** Locks the session that holds a locked pull request, for facts that may be a merge: it may terminate the session. */
export async function lockHolder(tx: Tx, { sessionId }: PullRequest): Promise<void> {
  if (sessionId !== null) await lockSessions(tx, [sessionId]);
}
