/** Whether an open connection still has the rights that it was opened with. */
import type pg from 'pg';
import type { Role } from '../../auth/viewer.ts';
import type { LiveConnection } from './connection.ts';

type Roles = Map<string, Role>;

/** Why the connection must end, if it must. @param roles undefined when its token is no longer good. */
export function rightsVerdict(
  { subscriptions }: LiveConnection,
  roles: Roles | undefined,
): 'FORBIDDEN' | 'RIGHTS_CHANGED' | undefined {
  if (!roles) return 'FORBIDDEN';
  const verdicts = [...subscriptions()].map(({ organizationId, role }) => {
    if (organizationId === undefined) return undefined;
    const current = roles.get(organizationId);
    if (current === undefined) return 'FORBIDDEN';
    return current === role ? undefined : 'RIGHTS_CHANGED';
  });
  return verdicts.find((verdict) => verdict === 'FORBIDDEN') ?? verdicts.find(Boolean);
}

/** The roles behind each token that is still good. One of a person that is good in one organization needs a membership there. */
export async function currentRights(pool: pg.Pool, tokenIds: string[]): Promise<Map<string, Roles>> {
  const { rows } = await pool.query<{
    tokenId: string;
    organizationId: string | null;
    role: Role | null;
  }>(RIGHTS_SQL, [tokenIds]);
  const rights = new Map<string, Roles>();
  for (const { tokenId, organizationId, role } of rows) {
    const roles = rights.get(tokenId) ?? new Map<string, Role>();
    if (organizationId && role) roles.set(organizationId, role);
    rights.set(tokenId, roles);
  }
  return rights;
}

const RIGHTS_SQL = `
SELECT t.id AS "tokenId",
       coalesce(m.organization_id, a.organization_id) AS "organizationId",
       CASE WHEN a.id IS NULL THEN m.role::text ELSE 'AGENT' END AS role
  FROM token t
  LEFT JOIN membership m
    ON m.user_id = t.user_id AND m.removed_at IS NULL
   AND (t.organization_id IS NULL OR m.organization_id = t.organization_id)
  LEFT JOIN agent a
    ON a.id = t.agent_id AND a.status IN ('PENDING', 'RUNNING')
 WHERE t.id = ANY($1::uuid[])
   AND t.revoked_at IS NULL
   AND (t.expires_at IS NULL OR t.expires_at > now())
   AND (t.organization_id IS NULL OR m.id IS NOT NULL OR a.id IS NOT NULL)`;
