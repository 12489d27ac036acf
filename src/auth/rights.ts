/** A viewer's rights at this moment. */
import type pg from 'pg';
import { Prisma } from '../../prisma/client/client.ts';
import type { MembershipRole } from '../../prisma/client/enums.ts';
import type { Tx } from '../database/db.ts';
import { ForbiddenError } from '../errors/errors.ts';
import { GOOD_TOKENS_SQL, IS_GOOD_SQL, ROLE_SQL } from './goodToken.ts';
import type { Role, Viewer } from './viewer.ts';

/** A role for each organization. */
export type Roles = Map<string, Role>;

/** The roles behind each of the tokens that is good. A token that is not good is missing from the map. */
export async function currentRights(pool: pg.Pool, tokenIds: string[]): Promise<Map<string, Roles>> {
  const { rows } = await pool.query<{
    tokenId: string;
    organizationId: string | null;
    role: Role | null;
  }>(
    `SELECT token.id AS "tokenId", ${ROLE_SQL}
       ${GOOD_TOKENS_SQL}
       AND token.id = ANY($1::uuid[])`,
    [tokenIds],
  );
  const rights = new Map<string, Roles>();
  for (const { tokenId, organizationId, role } of rows) {
    const roles: Roles = rights.get(tokenId) ?? new Map();
    if (organizationId && role) roles.set(organizationId, role);
    rights.set(tokenId, roles);
  }
  return rights;
}

/**
 * The viewer with its present role in one organization. Its token and, for a person, its membership are read and
 * locked FOR SHARE, so that they stay as they are until the transaction ends. Call this after taking all other locks:
 * a revocation waits for these two.
 *
 * @param organizationId null for an act outside any organization
 * @throws ForbiddenError when the token is not good any more
 */
export async function currentViewer(tx: Tx, viewer: Viewer, organizationId: string | null): Promise<Viewer> {
  // An agent has no membership. Whatever ends an agent also revokes its tokens.
  const [found] = await tx.$queryRaw<{ role: MembershipRole | null; isGood: boolean }[]>`
    WITH
      held_membership AS (
        SELECT role FROM membership
         WHERE organization_id = ${organizationId}::uuid AND user_id = ${viewer.id}::uuid AND removed_at IS NULL
           FOR SHARE
      ),
      held_token AS (
        SELECT FROM token WHERE id = ${viewer.tokenId}::uuid AND ${Prisma.raw(IS_GOOD_SQL)} FOR SHARE
      )
    SELECT (SELECT role FROM held_membership) AS role, EXISTS (SELECT FROM held_token) AS "isGood"`;
  if (!found?.isGood) throw new ForbiddenError('Your token has expired or was revoked.');
  const isInReach = organizationId !== null && viewer.roles.has(organizationId);
  const role: Role | null = viewer.kind === 'AGENT' ? 'AGENT' : found.role;
  return { ...viewer, roles: new Map(role && isInReach ? [[organizationId, role]] : []) };
}
