/** Completes the state of the violators that no live session uses: each row says in one column that it is closed. */
import { ACTOR, inTransaction, type RepairSession } from './session.ts';
import { CLOSED_AT, IS_LIVE, violates } from './violators.ts';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

export type CloseOptions = {
  rule: string;
  /** How many rows one transaction changes at most. */
  batch: number;
};

/**
 * Goes through the table once, in the order of ids, one short transaction per batch, and returns the number of closed
 * rows. A row that another transaction has locked is passed over. A pass that is interrupted keeps the batches that it
 * has committed; the next pass does not find their rows any more.
 */
export async function closeViolators(session: RepairSession, options: CloseOptions): Promise<number> {
  let closed = 0;
  for (let after: string | undefined = FIRST_ID; after !== undefined; ) {
    const start: string = after;
    const done = await inTransaction(session, 'backfill', () => closeBatch(session, options, start));
    closed += done.closed;
    if (done.closed > 0) session.log(`backfill: ${closed} closed`);
    after = done.last;
  }
  return closed;
}

/** Closes the next rows after an id, and returns the last one while there may be more. */
async function closeBatch({ client }: RepairSession, { rule, batch }: CloseOptions, after: string) {
  const mayClose = `${violates(rule)} AND NOT ${IS_LIVE}`;
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM execution_workspace w WHERE ${mayClose} AND id > $1
      ORDER BY id LIMIT $2 FOR NO KEY UPDATE OF w SKIP LOCKED`,
    [after, batch],
  );
  const ids = rows.map(({ id }) => id);
  // A session may have entered before the row was locked. This statement sees it, and none can enter any more.
  const { rowCount } = await client.query(
    `WITH closed AS (
       UPDATE execution_workspace w
          SET status = CASE
                WHEN w.closed_at IS NULL THEN w.status
                WHEN w.cleanup_reason IS NULL THEN 'ARCHIVED'
                ELSE 'CLEANUP_FAILED'
              END,
              closed_at = coalesce(w.closed_at, ${CLOSED_AT})
         FROM (SELECT id, status, closed_at FROM execution_workspace w WHERE id = ANY ($1) AND ${mayClose}) before
        WHERE w.id = before.id
       RETURNING w.*, before.status AS status_before, before.closed_at AS closed_at_before
     )
     INSERT INTO structure_event (organization_id, type, subject_type, subject_id, actor_kind, actor_name, payload)
     SELECT organization_id, 'execution_workspace.closed', 'ExecutionWorkspace', id, $2, $3,
            jsonb_build_object('name', name, 'mode', mode, 'generation', generation, 'repaired', true,
                               'status_before', status_before, 'closed_at_before', date_time(closed_at_before))
       FROM closed`,
    [ids, ACTOR.kind, ACTOR.name],
  );
  return { closed: rowCount ?? 0, last: ids.length === batch ? ids.at(-1) : undefined };
}
