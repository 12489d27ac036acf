/** What agents write, counted in the database. A trigger counts the memory, this file the entries of the action log. */
import type { Tx } from '../../database/db.ts';

export type Usage = { count: number; bytes: number };

/** The keys in an agent's memory, as the transaction sees them. After its own write, no other transaction changes them. */
export async function memoryUsage(tx: Tx, agentId: string): Promise<Usage> {
  const [row] = await tx.$queryRaw<Usage[]>`
    SELECT count, bytes::float8 AS bytes FROM agent_usage WHERE agent_id = ${agentId}::uuid AND kind = 'MEMORY'`;
  return row ?? { count: 0, bytes: 0 };
}

/**
 * Counts one more entry of the action log, and returns those of the day. Acts of the same agent that do so wait for each
 * other from here until they commit.
 */
export async function countAction(
  tx: Tx,
  { organizationId, agentId }: { organizationId: string; agentId: string },
  bytes: number,
): Promise<Usage> {
  const [row] = await tx.$queryRaw<Usage[]>`
    INSERT INTO agent_usage AS used (organization_id, agent_id, kind, since, count, bytes)
    VALUES (${organizationId}::uuid, ${agentId}::uuid, 'ACTION', date_trunc('day', clock_timestamp(), 'UTC'), 1, ${bytes})
    ON CONFLICT (agent_id, kind) DO UPDATE
       SET since = excluded.since,
           count = CASE WHEN used.since = excluded.since THEN used.count ELSE 0 END + 1,
           bytes = CASE WHEN used.since = excluded.since THEN used.bytes ELSE 0 END + excluded.bytes
    RETURNING count, bytes::float8 AS bytes`;
  return row ?? { count: 0, bytes: 0 };
}

/**
 * Counts one more refused mutation of the minute.
 *
 * @returns the id for its entry in the log, or, beyond the limit, the id of the minute's last entry. Refusals of the same
 *   agent wait for each other from here until they commit.
 */
export async function countRefusal(
  tx: Tx,
  { organizationId, agentId }: { organizationId: string; agentId: string },
  limit: number,
): Promise<{ isListed: boolean; entryId: string }> {
  const [row] = await tx.$queryRaw<{ isListed: boolean; entryId: string }[]>`
    INSERT INTO agent_usage AS used (organization_id, agent_id, kind, since, count, bytes, agent_action_id)
    VALUES (${organizationId}::uuid, ${agentId}::uuid, 'REFUSAL', date_trunc('minute', clock_timestamp()), 1, 0, uuid_v7())
    ON CONFLICT (agent_id, kind) DO UPDATE
       SET since = excluded.since,
           count = CASE WHEN used.since = excluded.since THEN used.count ELSE 0 END + 1,
           agent_action_id =
             CASE WHEN used.since = excluded.since AND used.count >= ${limit} THEN used.agent_action_id
                  ELSE excluded.agent_action_id END
    RETURNING count <= ${limit} AS "isListed", agent_action_id AS "entryId"`;
  if (!row) throw new Error('The refusal was not counted.');
  return row;
}
