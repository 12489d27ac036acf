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
  const [xmax, xip] = emptySnapshot === undefined ? [] : partsOf(emptySnapshot);
  const config: pg.QueryConfig & { query_timeout?: number } = {
    ...(emptySnapshot === undefined
      ? { name: 'probe', text: probeSql(ALL_WAITING) }
      : { name: 'probe since', text: probeSql(waitingSince('$1', '$2')), values: [xmax, xip] }),
    query_timeout: timeoutMs,
  };
  const { rows } = await client.query<{ snapshot: string | null }>(config);
  return rows[0]?.snapshot ?? undefined;
}

const probeSql = (waiting: string) =>
  `SELECT CASE WHEN NOT EXISTS (${waiting}) THEN pg_current_snapshot()::text END AS snapshot`;

/** SQL for the ids and transactions of all waiting changes. */
export const ALL_WAITING = 'SELECT id, xid FROM change_outbox';

/*
 * SQL for the same after an empty snapshot.
 *
 * A transaction had ended before a snapshot exactly when its id is below the snapshot's xmax and not in its xip list.
 * The snapshot would have seen its changes, and it saw none. So every waiting change belongs to another transaction.
 * (This fails only if a program inserts changes under old transaction ids. The sequencer therefore scans everything
 * from time to time.)
 */
export const waitingSince = (xmax: string, xip: string) =>
  `SELECT id, xid FROM change_outbox WHERE xid >= ${xmax}
    UNION ALL
   SELECT o.id, o.xid FROM unnest(${xip}::xid8[]) AS open (xid)
    -- OFFSET 0 keeps it a search by each transaction's id. As a condition of one scan, the planner might put it behind others.
    CROSS JOIN LATERAL (SELECT id, xid FROM change_outbox WHERE xid = open.xid OFFSET 0) o`;

/** A snapshot's xmax, and its xip list as an array of PostgreSQL. */
export function partsOf(emptySnapshot: EmptySnapshot): [xmax: string, xip: string] {
  const [, xmax = '', xip = ''] = emptySnapshot.split(':');
  return [xmax, `{${xip}}`];
}
