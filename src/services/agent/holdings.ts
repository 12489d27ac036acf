/** What an agent holds until it ends. A trigger releases all of it when its status changes to STOPPED or ERROR. */
import { z } from 'zod';
import type { Tx } from '../../database/db.ts';
import { globalId } from '../../value/globalId.ts';
import { sessionName } from '../session/sessionRule.ts';

export const holdingsResult = z.object({
  releasedRepos: z.array(z.object({ id: z.guid(), owner: z.string(), name: z.string() })),
  terminatedSessions: z.array(z.object({ id: z.guid(), name: z.string() })),
  /** Of those that were good until now. */
  revokedTokenIds: z.array(z.guid()),
});

export type Holdings = z.output<typeof holdingsResult>;

export const NOTHING: Holdings = { releasedRepos: [], terminatedSessions: [], revokedTokenIds: [] };

/** What is listed under its locks. Which tokens the end of an agent revokes is known when it has revoked them. */
export type LockedHoldings = Omit<Holdings, 'revokedTokenIds'>;

/**
 * Locks and lists what agents hold besides tokens, by the agent's id. The agents must be locked already, so that none of
 * their repositories changes hands. Sessions are locked in the order of their ids.
 */
export async function lockHoldings(tx: Tx, agentIds: string[]): Promise<Map<string, LockedHoldings>> {
  const held = await tx.$queryRaw<Held[]>`
    WITH live AS (
      SELECT s.id, s.agent_id, p.slug, s.num FROM session s JOIN project p ON p.id = s.project_id
       WHERE s.agent_id = ANY(${agentIds}::uuid[]) AND NOT s.is_terminated ORDER BY s.id FOR NO KEY UPDATE OF s
    )
    SELECT agent_id AS "agentId",
           ARRAY(SELECT json_build_object('id', id, 'slug', slug, 'num', num)
                   FROM live WHERE live.agent_id = agent.agent_id ORDER BY id) AS sessions,
           ARRAY(SELECT json_build_object('id', id, 'owner', repo_owner, 'name', repo_name)
                   FROM watched_repo WHERE watched_repo.agent_id = agent.agent_id ORDER BY created_at) AS repos
      FROM unnest(${agentIds}::uuid[]) AS agent (agent_id)`;
  return new Map(
    held.map(({ agentId, sessions, repos }) => [
      agentId,
      {
        releasedRepos: repos,
        terminatedSessions: sessions.map(({ id, slug, num }) => ({
          id,
          name: sessionName({ project: { slug }, num }),
        })),
      },
    ]),
  );
}

/**
 * What the end of agents has released, by the agent's id. Called after the statement that ends them: a token that another
 * act revoked until then is not among those that it has revoked.
 */
export async function releasedHoldings(
  tx: Tx,
  locked: Map<string, LockedHoldings>,
): Promise<Map<string, Holdings>> {
  // The rows that this transaction has written.
  const tokens = await tx.$queryRaw<{ id: string; agentId: string }[]>`
    SELECT id, agent_id AS "agentId" FROM token
     WHERE agent_id = ANY(${[...locked.keys()]}::uuid[]) AND revoked_at IS NOT NULL AND xmin = pg_current_xact_id()::xid
       AND (expires_at IS NULL OR expires_at > clock_timestamp())
     ORDER BY id`;
  const byAgent = Map.groupBy(tokens, ({ agentId }) => agentId);
  return new Map(
    [...locked].map(([agentId, holdings]) => [
      agentId,
      { ...holdings, revokedTokenIds: (byAgent.get(agentId) ?? []).map(({ id }) => id) },
    ]),
  );
}

type Held = {
  agentId: string;
  sessions: { id: string; slug: string; num: number }[];
  repos: Holdings['releasedRepos'];
};

/** As the audit trail shows them. */
export function describeHoldings({ releasedRepos, terminatedSessions, revokedTokenIds }: Holdings) {
  return {
    releasedRepos: releasedRepos.map(({ owner, name }) => `${owner}/${name}`),
    terminatedSessions: terminatedSessions.map(({ id }) => globalId('Session', id)),
    terminatedSessionNames: terminatedSessions.map(({ name }) => name),
    revokedTokens: revokedTokenIds.length,
  };
}
