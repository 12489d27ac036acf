/** What an agent holds until it ends. A trigger releases all of it when its status changes to STOPPED or ERROR. */
import { z } from 'zod';
import { Prisma } from '../../../prisma/client/client.ts';
import { IS_GOOD_SQL } from '../../auth/goodToken.ts';
import type { Tx } from '../../db.ts';
import { globalId } from '../../globalId.ts';
import { sessionName } from '../session/sessionRule.ts';

export const holdingsResult = z.object({
  releasedRepos: z.array(z.object({ id: z.guid(), owner: z.string(), name: z.string() })),
  terminatedSessions: z.array(z.object({ id: z.guid(), name: z.string() })),
  /** Of those that were good until now. */
  revokedTokenIds: z.array(z.guid()),
});

export type Holdings = z.output<typeof holdingsResult>;

export const NOTHING: Holdings = { releasedRepos: [], terminatedSessions: [], revokedTokenIds: [] };

/**
 * Locks and lists what agents hold, by the agent's id. The agents must be locked already. Sessions are locked in the
 * order of their ids.
 */
export async function lockHoldings(tx: Tx, agentIds: string[]): Promise<Map<string, Holdings>> {
  const sessions = await tx.$queryRaw<{ id: string; agentId: string; slug: string; num: number }[]>`
    SELECT s.id, s.agent_id AS "agentId", p.slug, s.num FROM session s JOIN project p ON p.id = s.project_id
     WHERE s.agent_id = ANY(${agentIds}::uuid[]) AND NOT s.is_terminated ORDER BY s.id FOR NO KEY UPDATE OF s`;
  const repos = await tx.$queryRaw<{ id: string; agentId: string; owner: string; name: string }[]>`
    SELECT id, agent_id AS "agentId", repo_owner AS owner, repo_name AS name FROM watched_repo
     WHERE agent_id = ANY(${agentIds}::uuid[]) ORDER BY created_at`;
  const tokens = await tx.$queryRaw<{ id: string; agentId: string }[]>`
    SELECT id, agent_id AS "agentId" FROM token
     WHERE agent_id = ANY(${agentIds}::uuid[]) AND ${Prisma.raw(IS_GOOD_SQL)} ORDER BY id`;
  const sessionsOf = Map.groupBy(sessions, ({ agentId }) => agentId);
  const reposOf = Map.groupBy(repos, ({ agentId }) => agentId);
  const tokensOf = Map.groupBy(tokens, ({ agentId }) => agentId);
  return new Map(
    agentIds.map((id) => [
      id,
      {
        releasedRepos: (reposOf.get(id) ?? []).map(({ id, owner, name }) => ({ id, owner, name })),
        terminatedSessions: (sessionsOf.get(id) ?? []).map(({ id: sessionId, slug, num }) => ({
          id: sessionId,
          name: sessionName({ project: { slug }, num }),
        })),
        revokedTokenIds: (tokensOf.get(id) ?? []).map((token) => token.id),
      },
    ]),
  );
}

/** As the audit trail shows them. */
export function describeHoldings({ releasedRepos, terminatedSessions, revokedTokenIds }: Holdings) {
  return {
    releasedRepos: releasedRepos.map(({ owner, name }) => `${owner}/${name}`),
    terminatedSessions: terminatedSessions.map(({ id }) => globalId('Session', id)),
    terminatedSessionNames: terminatedSessions.map(({ name }) => name),
    revokedTokens: revokedTokenIds.length,
  };
}
