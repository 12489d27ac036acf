import { Prisma, type PullRequest } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { asciiLower } from '../../value/asciiLower.ts';
import { columns } from '../act/columns.ts';
import { repoKeyOf } from '../act/input.ts';
import type { PullRequestCoordinates, PullRequestFacts } from '../port/pullRequestSource.ts';
import { lockSessions } from '../session/session.ts';

/** A locked row, without its lists of enumerations. Nothing is decided by them. */
export type StoredPullRequest = Omit<PullRequest, 'unreadable' | 'mergeabilityReasons'>;

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
): Promise<StoredPullRequest | null> {
  const [answeredKey, askedKey] = [keyOf(coordinates), keyOf(asked)];
  const { host } = answeredKey;
  // Before the first claim there is no row to lock, so claims of one pull request wait at its names and its id.
  const names = [answeredKey, askedKey].map((key) => Object.values(key).join('/'));
  const places = [...new Set(externalId ? [...names, `${host}#${externalId}`] : names)].sort();
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtextextended(place, 0))
      FROM unnest(${places.map((place) => `pull_request:${organizationId}:${place}`)}::text[]) AS place`;
  // A statement of its own: it must see what was committed before the locks were free.
  const [found] = await tx.$queryRaw<StoredPullRequest[]>`
    SELECT ${columns('PullRequest')} FROM pull_request WHERE id = (
      SELECT id FROM (
        SELECT 1 AS place, id FROM pull_request
         WHERE organization_id = ${organizationId}::uuid AND host = ${host}
           AND external_id = ${externalId} AND external_id <> ''
        UNION ALL
        SELECT 2, id FROM pull_request WHERE ${hasKey(organizationId, answeredKey)}
        UNION ALL
        -- A row with another id only had this name before.
        SELECT 3, id FROM pull_request
         WHERE ${hasKey(organizationId, askedKey)} AND (external_id = '' OR ${externalId} = '')
      ) candidate ORDER BY place LIMIT 1
    ) FOR NO KEY UPDATE`;
  return found ?? null;
}

function hasKey(
  organizationId: string,
  { host, repoOwnerKey, repoNameKey, number }: ReturnType<typeof keyOf>,
) {
  return Prisma.sql`organization_id = ${organizationId}::uuid AND host = ${host}
    AND repo_owner_key = ${repoOwnerKey} AND repo_name_key = ${repoNameKey} AND number = ${number}`;
}

/** Locks the row of a pull request. Rows are kept, so it exists. */
export async function lockPullRequestRow(tx: Tx, id: string): Promise<StoredPullRequest> {
  const [row] = await tx.$queryRaw<[StoredPullRequest]>`
    SELECT ${columns('PullRequest')} FROM pull_request WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  return row;
}

/** Locks the session that holds a locked pull request, for facts that may be a merge: it may terminate the session. */
export async function lockHolder(tx: Tx, { sessionId }: StoredPullRequest): Promise<void> {
  if (sessionId !== null) await lockSessions(tx, [sessionId]);
}
