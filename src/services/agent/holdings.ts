/** What an agent holds until it ends. A trigger releases all of it when its status changes to STOPPED or ERROR. */
import { z } from 'zod';
import { goodTokens } from '../../auth/goodToken.ts';
import type { Tx } from '../../db.ts';
import { globalId } from '../../globalId.ts';

export const holdingsResult = z.object({
  releasedRepos: z.array(z.object({ owner: z.string(), name: z.string() })),
  terminatedSessionIds: z.array(z.guid()),
  revokedTokens: z.int(),
});

export type Holdings = z.output<typeof holdingsResult>;

export const NOTHING: Holdings = { releasedRepos: [], terminatedSessionIds: [], revokedTokens: 0 };

/** Locks and lists what an agent holds. The agent must be locked already. Sessions are locked in the order of their ids. */
export async function lockHoldings(tx: Tx, agentId: string): Promise<Holdings> {
  const sessions = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM session WHERE agent_id = ${agentId}::uuid AND NOT is_terminated ORDER BY id FOR NO KEY UPDATE`;
  const repos = await tx.watchedRepo.findMany({ where: { agentId }, orderBy: { createdAt: 'asc' } });
  const revokedTokens = await tx.token.count({ where: { agentId, ...goodTokens() } });
  return {
    releasedRepos: repos.map(({ repoOwner, repoName }) => ({ owner: repoOwner, name: repoName })),
    terminatedSessionIds: sessions.map(({ id }) => id),
    revokedTokens,
  };
}

/** As the audit trail shows them. */
export function describeHoldings({ releasedRepos, terminatedSessionIds, revokedTokens }: Holdings) {
  return {
    releasedRepos: releasedRepos.map(({ owner, name }) => `${owner}/${name}`),
    terminatedSessions: terminatedSessionIds.map((id) => globalId('Session', id)),
    revokedTokens,
  };
}
