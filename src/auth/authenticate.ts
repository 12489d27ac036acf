import DataLoader from 'dataloader';
import type pg from 'pg';
import { GOOD_TOKENS_SQL, ROLE_SQL } from './goodToken.ts';
import { hashSecret } from './secret.ts';
import type { Role, Viewer } from './viewer.ts';

/** Returns the viewer behind an `Authorization` header. Undefined without a header, or when its token is not good. */
export type Authenticate = (authorization: unknown) => Promise<Viewer | undefined>;

/**
 * The requests that arrive within one turn of the event loop share one statement. Nothing is kept from one statement to
 * the next, so a token that any program has revoked is refused at once.
 */
export function createAuthentication(pool: pg.Pool): Authenticate {
  const viewers = new DataLoader<string, Viewer | undefined>(
    async (hashes) => {
      const found = await viewersOf(pool, [...new Set(hashes)]);
      return hashes.map((hash) => found.get(hash));
    },
    { cache: false, batchScheduleFn: setImmediate },
  );
  return async (authorization) => {
    const secret = secretIn(authorization);
    return secret ? await viewers.load(hashSecret(secret)) : undefined;
  };
}

const BEARER = /^Bearer +(\S+)$/i;

/** The token in an `Authorization` header; undefined when it has not that form. */
export function secretIn(authorization: unknown): string | undefined {
  return typeof authorization === 'string' ? BEARER.exec(authorization)?.[1] : undefined;
}

type Row = Pick<Viewer, 'kind' | 'id' | 'tokenId' | 'name' | 'email'> & {
  hash: string;
  tokenOrganizationId: string | null;
  organizationId: string | null;
  role: Role | null;
  isUseNoted: boolean;
};

const VIEWERS_SQL = `
  SELECT token.hash, token.id AS "tokenId", token.organization_id AS "tokenOrganizationId",
         CASE WHEN token.agent_id IS NULL THEN 'USER' ELSE 'AGENT' END AS kind,
         coalesce(token.agent_id, token.user_id) AS id,
         coalesce(agent.name, (SELECT name FROM "user" WHERE id = token.user_id)) AS name,
         (SELECT email FROM "user" WHERE id = token.user_id) AS email,
         coalesce(token.last_used_at > now() - interval '1 minute', false) AS "isUseNoted",
         ${ROLE_SQL}
         ${GOOD_TOKENS_SQL}
     AND token.hash = ANY($1)`;

/** The viewers of the tokens that are good, by their hashes. */
async function viewersOf(pool: pg.Pool, hashes: string[]): Promise<Map<string, Viewer>> {
  const { rows } = await pool.query<Row>({ name: 'viewers', text: VIEWERS_SQL, values: [hashes] });
  const unnoted = new Set(rows.filter(({ isUseNoted }) => !isUseNoted).map(({ tokenId }) => tokenId));
  if (unnoted.size > 0) await noteUse(pool, [...unnoted]);
  return new Map(
    [...Map.groupBy(rows, ({ hash }) => hash)].map(([hash, ofToken]) => [hash, viewerIn(ofToken)]),
  );
}

/** @param rows of one token, one for each of its organizations. */
function viewerIn(rows: Row[]): Viewer {
  const [{ kind, id, tokenId, name, email, tokenOrganizationId }] = rows as [Row];
  const roles = new Map(
    rows.flatMap(({ organizationId, role }) => (organizationId && role ? [[organizationId, role]] : [])),
  );
  return { kind, id, tokenId, name, email, organizationId: tokenOrganizationId, roles };
}

/** Skips a locked row: an act of the same token holds it, and a missing note does no harm. */
async function noteUse(pool: pg.Pool, tokenIds: string[]): Promise<void> {
  await pool.query(
    `UPDATE token SET last_used_at = now()
      WHERE id IN (SELECT id FROM token WHERE id = ANY($1::uuid[]) FOR NO KEY UPDATE SKIP LOCKED)`,
    [tokenIds],
  );
}
