/** What waits for a position, and what may make it wait. */
import type pg from 'pg';
import { createTurns, shared, within } from '../concurrency.ts';
import { SERVER_SQL } from '../log/epoch.ts';
import { type EmptyAt, waitingSql } from './sequencing.ts';

export type Backlog = {
  /** The position given last. */
  head: number;
  /** The position of the oldest change still stored. */
  oldest: number;
  /** Changes that wait, counted up to MAX_COUNTED. */
  waiting: number;
  /** See BacklogWatch. */
  outboxAgeMs: number;
  /**
   * The age of the oldest transaction whose snapshot or writes are still needed. While it is open, what the sequencer
   * took from the outbox cannot be cleared away.
   */
  oldestTransactionAgeMs: number;
};

/** For those who watch over the feed. However often somebody asks, the database is asked once at a time. */
export type BacklogWatch = {
  /**
   * How long the change that waits first for its position has done so, in milliseconds; 0 when none waits. Counted from
   * when its transaction made its last change.
   *
   * @throws {Error} when the database does not answer within seconds.
   */
  outboxAgeMs(): Promise<number>;
  /** Whether changes get positions: some process sequences, and keeps up. False also when the database does not tell. */
  isSequenced(): Promise<boolean>;
  /** @throws {Error} when the database does not answer within seconds. */
  backlog(): Promise<Backlog>;
};

/** A fail-over takes a second or two; longer, and nobody sequences, or not fast enough. */
const MAX_OUTBOX_AGE_MS = 10_000;

/** Beyond it, how many they are says no more, and counting them would cost. */
const MAX_COUNTED = 10_000;
const AT_ONCE = 1;
const TIMEOUT_MS = 2_000;
/** For the first look, which passes over everything that was ever there and cannot be cleared away yet. */
const WHOLE_TIMEOUT_MS = 30_000;
/** The outbox is empty in one moment and large in the next, so statistics on it mislead; the indexes are always right. */
const SETTINGS = 'SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off';

/*
 * A transaction's changes appear together, so what counts is its last one: a transaction that took an hour has waited
 * for nobody.
 */
const ageSql = (emptyAt: EmptyAt | undefined) => `(
  SELECT (extract(epoch FROM clock_timestamp() - last.occurred_at) * 1000)::float8
    FROM (SELECT xid FROM (${waitingSql(emptyAt)}) waiting ORDER BY id LIMIT 1) first
   CROSS JOIN LATERAL (SELECT occurred_at FROM change_outbox o WHERE o.xid = first.xid ORDER BY o.id DESC LIMIT 1) last)`;

/** Other roles' transactions show only to those who may see them: to a superuser, or a member of pg_monitor. */
const OLDEST_TRANSACTION = `least(
  (SELECT min(xact_start) FROM pg_stat_activity
    WHERE (backend_xid IS NOT NULL OR backend_xmin IS NOT NULL) AND pid <> pg_backend_pid()),
  (SELECT min(prepared) FROM pg_prepared_xacts))`;

const backlogSql = (emptyAt: EmptyAt | undefined) => `
  h.position AS head,
  coalesce((SELECT c.position FROM change_log c ORDER BY c.position LIMIT 1), h.position + 1) AS oldest,
  (SELECT count(*) FROM (SELECT FROM (${waitingSql(emptyAt)}) waiting LIMIT ${MAX_COUNTED}) counted) AS waiting,
  coalesce((extract(epoch FROM clock_timestamp() - ${OLDEST_TRANSACTION}) * 1000)::float8, 0)
    AS oldest_transaction_age_ms`;

type Row = { server: string; snapshot: string; age_ms: number | null };
type BacklogRow = Row & { head: string; oldest: string; waiting: string; oldest_transaction_age_ms: number };

export function watchBacklog(pool: pg.Pool): BacklogWatch {
  /** What was seen to be empty, and where: transaction ids mean something only within one history of one server. */
  let known: { server: string; emptyAt: EmptyAt } | undefined;
  const turns = createTurns(AT_ONCE);

  async function read<Found extends Row>(columns: (emptyAt: EmptyAt | undefined) => string): Promise<Found> {
    const emptyAt = known?.emptyAt;
    // Without parameters it goes as one simple query, and so as one transaction.
    const config: pg.QueryConfig & { query_timeout: number } = {
      text: `${SETTINGS};
        SELECT ${SERVER_SQL} AS server, pg_current_snapshot()::text AS snapshot, ${ageSql(emptyAt)} AS age_ms
               ${columns(emptyAt)}
          FROM feed_head h`,
      query_timeout: emptyAt === undefined ? WHOLE_TIMEOUT_MS : TIMEOUT_MS,
    };
    const results = (await pool.query(config)) as unknown as pg.QueryResult<Found>[];
    const row = results.at(-1)?.rows[0];
    if (!row) throw new Error('The table feed_head has lost its row.');
    if (known && known.server !== row.server) {
      known = undefined;
      return await read(columns);
    }
    if (row.age_ms === null) known = { server: row.server, emptyAt: row.snapshot };
    return row;
  }

  const watch = <Result>(look: () => Promise<Result>) =>
    shared(() =>
      within(
        TIMEOUT_MS,
        turns('', () => look()),
      ),
    );

  const outboxAgeMs = watch(async () => ageOf(await read(() => '')));
  return {
    outboxAgeMs,
    isSequenced: () =>
      outboxAgeMs().then(
        (age) => age < MAX_OUTBOX_AGE_MS,
        () => false,
      ),
    backlog: watch(async () => {
      const row = await read<BacklogRow>((emptyAt) => `, ${backlogSql(emptyAt)}`);
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
