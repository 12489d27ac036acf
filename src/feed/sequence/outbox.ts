/** Finds the changes that wait for a position, without scanning dead rows twice. */
import type pg from 'pg';

/**
 * A snapshot in which the outbox was empty, as `pg_current_snapshot()` prints it. Transactions that had ended by then
 * need not be looked at again.
 *
 * It matters while another session holds an old snapshot, as a dump does: VACUUM cannot remove the rows that the
 * sequencer deleted, and a search for the lowest id would scan all of them.
 */
export type EmptySnapshot = string;

/** For a statement after one that got no answer: a scan may pass over many dead rows, and a batch may be large. */
export const LONG_TIMEOUT_MS = 120_000;

/**
 * Looks whether any change waits, without moving it.
 *
 * @param timeoutMs see MoveOptions.
 * @returns a snapshot if none does. Pass it to the next call on this connection.
 */
export async function probeOutbox(
  client: pg.ClientBase,
  emptySnapshot?: EmptySnapshot,
  timeoutMs?: number,
): Promise<EmptySnapshot | undefined> {
  const config: pg.QueryConfig & { query_timeout?: number } = {
    text: `SELECT CASE WHEN NOT EXISTS (${waitingSql(emptySnapshot)}) THEN pg_current_snapshot()::text END
             AS snapshot`,
    query_timeout: timeoutMs,
  };
  const { rows } = await client.query<{ snapshot: string | null }>(config);
  return rows[0]?.snapshot ?? undefined;
}

/*
 * SQL for the ids and transactions of the waiting changes.
 *
 * A transaction had ended before a snapshot exactly when its id is below the snapshot's xmax and not in its xip list.
 * The snapshot would have seen its changes, and it saw none. So every waiting change belongs to another transaction.
 * (This fails only if a program inserts changes under old transaction ids. The sequencer therefore scans everything
 * from time to time.)
 */
export function waitingSql(emptySnapshot: EmptySnapshot | undefined): string {
  if (emptySnapshot === undefined) return 'SELECT id, xid FROM change_outbox';
  const [, xmax, xip] = emptySnapshot.split(':');
  return `SELECT id, xid FROM change_outbox WHERE xid >= '${xmax}'
    UNION ALL SELECT id, xid FROM change_outbox WHERE xid = ANY ('{${xip}}') AND xid < '${xmax}'`;
}
