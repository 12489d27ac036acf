/** Measures the changes that wait for a position, and what may delay them. */
import type pg from 'pg';
import { createLimiter } from '../../load/limiter.ts';
import { coalesce } from '../concurrency/coalesce.ts';
import { withTimeout } from '../concurrency/timeout.ts';
import { SERVER_SQL } from '../log/epoch.ts';
import { ALL_WAITING, type EmptySnapshot, partsOf, waitingSince } from './outbox.ts';

export type Backlog = {
  /** The last assigned position. */
  head: number;
  /** The position of the oldest change still stored. */
  oldest: number;
  /** How many changes wait, counted up to MAX_COUNTED. */
  waiting: number;
  /** See BacklogMonitor. */
  outboxAgeMs: number;
  /**
   * The age of the oldest open transaction with a snapshot or writes. While it is open, VACUUM cannot remove the rows
   * that the sequencer deleted from the outbox.
   */
  oldestTransactionAgeMs: number;
};

/** For health checks and metrics. Concurrent calls share one query, and one query runs at a time. */
export type BacklogMonitor = {
  /**
   * How long the first waiting change has waited for its position, in milliseconds, since its transaction's last change.
   * 0 when none waits.
   *
   * @throws {Error} when the database does not answer within seconds.
   */
  outboxAgeMs(): Promise<number>;
  /** Whether some process sequences and keeps up. False also when the database does not answer. */
  isSequenced(): Promise<boolean>;
  /** @throws {Error} when the database does not answer within seconds. */
  backlog(): Promise<Backlog>;
};

/** A fail-over takes a second or two. Beyond this, no process sequences or the leader is too slow. */
const MAX_OUTBOX_AGE_MS = 10_000;

/** A larger backlog is not counted exactly, because counting would cost too much. */
const MAX_COUNTED = 10_000;
const TIMEOUT_MS = 2_000;
/** For the first query, which scans every dead row that VACUUM could not remove yet. */
const FULL_SCAN_TIMEOUT_MS = 30_000;
/** The outbox is empty one moment and large the next, so its statistics mislead. The indexes always fit. */
const SETTINGS = 'SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off';

/*
 * A transaction's changes become visible together, at its end. So its wait counts from its last change: a transaction
 * that ran for an hour has not waited for an hour.
 */
const ageSql = (emptySnapshot: EmptySnapshot | undefined) => `(
  SELECT (extract(epoch FROM clock_timestamp() - last.occurred_at) * 1000)::float8
    FROM (SELECT xid FROM (${waitingSql(emptySnapshot)}) waiting ORDER BY id LIMIT 1) first
   CROSS JOIN LATERAL (SELECT occurred_at FROM change_outbox o WHERE o.xid = first.xid ORDER BY o.id DESC LIMIT 1) last)`;

function waitingSql(emptySnapshot: EmptySnapshot | undefined): string {
  if (emptySnapshot === undefined) return ALL_WAITING;
  const [xmax, xip] = partsOf(emptySnapshot);
  return waitingSince(`'${xmax}'`, `'${xip}'`);
}

/** The transactions of other roles are visible only to a superuser or a member of pg_monitor. */
const OLDEST_TRANSACTION = `least(
  (SELECT min(xact_start) FROM pg_stat_activity
    WHERE (backend_xid IS NOT NULL OR backend_xmin IS NOT NULL) AND pid <> pg_backend_pid()),
  (SELECT min(prepared) FROM pg_prepared_xacts))`;

const backlogSql = (emptySnapshot: EmptySnapshot | undefined) => `
  h.position AS head,
  coalesce((SELECT c.position FROM change_log c ORDER BY c.position LIMIT 1), h.position + 1) AS oldest,
  (SELECT count(*) FROM (SELECT FROM (${waitingSql(emptySnapshot)}) waiting LIMIT ${MAX_COUNTED}) counted) AS waiting,
  coalesce((extract(epoch FROM clock_timestamp() - ${OLDEST_TRANSACTION}) * 1000)::float8, 0)
    AS oldest_transaction_age_ms`;

type Row = { server: string; snapshot: string; age_ms: number | null };
type BacklogRow = Row & { head: string; oldest: string; waiting: string; oldest_transaction_age_ms: number };

export function createBacklogMonitor(pool: pg.Pool): BacklogMonitor {
  /** The server belongs to the snapshot, because transaction ids are comparable only within one server and timeline. */
  let known: { server: string; emptySnapshot: EmptySnapshot } | undefined;
  const limiter = createLimiter(1);

  async function read<Found extends Row>(
    columns: (emptySnapshot: EmptySnapshot | undefined) => string,
  ): Promise<Found> {
    const emptySnapshot = known?.emptySnapshot;
    // Without parameters, pg sends the statements as one simple query, which is one transaction.
    const config: pg.QueryConfig & { query_timeout: number } = {
      text: `${SETTINGS};
        SELECT ${SERVER_SQL} AS server, pg_current_snapshot()::text AS snapshot, ${ageSql(emptySnapshot)} AS age_ms
               ${columns(emptySnapshot)}
          FROM feed_head h`,
      query_timeout: emptySnapshot === undefined ? FULL_SCAN_TIMEOUT_MS : TIMEOUT_MS,
    };
    const results = (await pool.query(config)) as unknown as pg.QueryResult<Found>[];
    const row = results.at(-1)?.rows[0];
    if (!row) throw new Error('The table feed_head has lost its row.');
    if (known && known.server !== row.server) {
      known = undefined;
      return await read(columns);
    }
    if (row.age_ms === null) known = { server: row.server, emptySnapshot: row.snapshot };
    return row;
  }

  const monitored = <Result>(query: () => Promise<Result>) =>
    coalesce(() => withTimeout(TIMEOUT_MS, limiter('backlog', query)));

  const outboxAgeMs = monitored(async () => ageOf(await read(() => '')));
  return {
    outboxAgeMs,
    isSequenced: () =>
      outboxAgeMs().then(
        (age) => age < MAX_OUTBOX_AGE_MS,
        () => false,
      ),
    backlog: monitored(async () => {
      const row = await read<BacklogRow>((emptySnapshot) => `, ${backlogSql(emptySnapshot)}`);
      return {
        head: Number(row.head),
        oldest: Number(row.oldest),
        waiting: Number(row.waiting),
        outboxAgeMs: ageOf(row),
        oldestTransactionAgeMs: Math.max(0, row.oldest_transaction_age_ms),
      };
    }),
  };
}

const ageOf = ({ age_ms }: Row): number => Math.max(0, age_ms ?? 0);
