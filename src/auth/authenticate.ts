import type pg from 'pg';
import { GOOD_TOKENS_SQL, ROLE_SQL } from './goodToken.ts';
import { hashSecret } from './secret.ts';
import type { Role, Viewer } from './viewer.ts';

const BEARER = /^Bearer +(\S+)$/i;

type Row = Pick<Viewer, 'kind' | 'id' | 'tokenId' | 'name' | 'email'> & {
  tokenOrganizationId: string | null;
  organizationId: string | null;
  role: Role | null;
  isUseNoted: boolean;
};

/** The viewer behind an `Authorization` header. Undefined without a header, or when its token is not good. */
export async function authenticate(pool: pg.Pool, authorization: unknown): Promise<Viewer | undefined> {
  const secret = secretIn(authorization);
  if (!secret) return undefined;
  const { rows } = await pool.query<Row>(
    `SELECT token.id AS "tokenId", token.organization_id AS "tokenOrganizationId",
           CASE WHEN token.agent_id IS NULL THEN 'USER' ELSE 'AGENT' END AS kind,
           coalesce(token.agent_id, token.user_id) AS id,
           coalesce(agent.name, (SELECT name FROM "user" WHERE id = token.user_id)) AS name,
           (SELECT email FROM "user" WHERE id = token.user_id) AS email,
           coalesce(token.last_used_at > now() - interval '1 minute', false) AS "isUseNoted",
           ${ROLE_SQL}
           ${GOOD_TOKENS_SQL}
       AND token.hash = $1`,
    [hashSecret(secret)],
  );
  const [first] = rows;
  if (!first) return undefined;
  const { kind, id, tokenId, name, email, tokenOrganizationId, isUseNoted } = first;
  if (!isUseNoted) await noteUse(pool, tokenId);
  const roles = new Map(
    rows.flatMap(({ organizationId, role }) => (organizationId && role ? [[organizationId, role]] : [])),
  );
  return { kind, id, tokenId, name, email, organizationId: tokenOrganizationId, roles };
}

/** The token in an `Authorization` header; undefined when it has not that form. */
export function secretIn(authorization: unknown): string | undefined {
  return typeof authorization === 'string' ? BEARER.exec(authorization)?.[1] : undefined;
}

/** Skips a locked row: an act of the same token holds it, and a missing note does no harm. */
async function noteUse(pool: pg.Pool, tokenId: string): Promise<void> {
  await pool.query(
    `UPDATE token SET last_used_at = now()
      WHERE id = (SELECT id FROM token WHERE id = $1::uuid FOR NO KEY UPDATE SKIP LOCKED)`,
    [tokenId],
  );
}
