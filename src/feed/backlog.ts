/** What waits for a position, and what may make it wait. */
import type pg from 'pg';

export type Backlog = {
  /** The position given last. */
  head: number;
  /** The position of the oldest change still stored. */
  oldest: number;
  /** Changes that wait, counted up to MAX_COUNTED. */
  waiting: number;
  /** See readOutboxAgeMs. */
  outboxAgeMs: number;
  /**
   * The age of the oldest transaction whose snapshot or writes are still needed. While it is open, what the sequencer
   * took from the outbox cannot be cleared away, and every read of the outbox passes over it.
   */
  oldestTransactionAgeMs: number;
};

/** Beyond it, how many they are says no more, and counting them would cost. */
const MAX_COUNTED = 10_000;

/*
 * A transaction's changes appear together, so what counts is its last one: a transaction that took an hour has waited
 * for nobody.
 */
const OUTBOX_AGE_MS = `coalesce((
  SELECT (extract(epoch FROM clock_timestamp() - last.occurred_at) * 1000)::float8
    FROM (SELECT xid FROM change_outbox ORDER BY id LIMIT 1) first
   CROSS JOIN LATERAL (SELECT occurred_at FROM change_outbox o WHERE o.xid = first.xid ORDER BY o.id DESC LIMIT 1) last
), 0)`;

/** Other roles' transactions show only to those who may see them: to a superuser, or a member of pg_monitor. */
const OLDEST_TRANSACTION = `least(
  (SELECT min(xact_start) FROM pg_stat_activity
    WHERE (backend_xid IS NOT NULL OR backend_xmin IS NOT NULL) AND pid <> pg_backend_pid()),
  (SELECT min(prepared) FROM pg_prepared_xacts))`;

export async function readBacklog(pool: pg.Pool, timeoutMs: number): Promise<Backlog> {
  const config: pg.QueryConfig & { query_timeout: number } = {
    text: `SELECT h.position AS head,
                  coalesce((SELECT c.position FROM change_log c ORDER BY c.position LIMIT 1), h.position + 1) AS oldest,
                  (SELECT count(*) FROM (SELECT FROM change_outbox LIMIT ${MAX_COUNTED}) counted) AS waiting,
                  ${OUTBOX_AGE_MS} AS outbox_age_ms,
                  coalesce((extract(epoch FROM clock_timestamp() - ${OLDEST_TRANSACTION}) * 1000)::float8, 0)
                    AS oldest_transaction_age_ms
             FROM feed_head h`,
    query_timeout: timeoutMs,
  };
  const { rows } = await pool.query<{
    head: string;
    oldest: string;
    waiting: string;
    outbox_age_ms: number;
    oldest_transaction_age_ms: number;
  }>(config);
  const [row] = rows;
  if (!row) throw new Error('The table feed_head has lost its row.');
  return {
    head: Number(row.head),
    oldest: Number(row.oldest),
    waiting: Number(row.waiting),
    outboxAgeMs: Math.max(0, row.outbox_age_ms),
    oldestTransactionAgeMs: Math.max(0, row.oldest_transaction_age_ms),
  };
}

/**
 * How long the change that waits first for its position has done so, in milliseconds; 0 when none waits. Counted from
 * when its transaction made its last change.
 */
export async function readOutboxAgeMs(pool: pg.Pool, timeoutMs: number): Promise<number> {
  const config: pg.QueryConfig & { query_timeout: number } = {
    text: `SELECT ${OUTBOX_AGE_MS} AS age_ms`,
    query_timeout: timeoutMs,
  };
  const { rows } = await pool.query<{ age_ms: number }>(config);
  return Math.max(0, rows[0]?.age_ms ?? 0);
}
