/** Drops old partitions of the log. What is kept has two floors, by age and by number. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { withSessionSettings } from '../../database/sessionSettings.ts';
import { createSignal } from '../concurrency/signal.ts';
import type { FeedLog } from '../logger.ts';
import { disconnect } from './connection.ts';

/** A change is kept while either floor holds it. */
export type Retention = {
  /** Younger changes are kept. */
  days: number;
  /** This many of the newest changes are kept. */
  rows: number;
};

export type RetentionOptions = Retention & {
  /** A direct connection to the database. */
  url: string;
  log: FeedLog;
  /** The time between two checks. */
  everyMs?: number;
};

const EVERY_MS = 10 * 60_000;
/** A new leader has waiting changes to sequence first. */
const FIRST_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 120_000;
/** A drop locks the whole log exclusively. While it waits for the lock, readers and the sequencer queue behind it. */
const LOCK_TIMEOUT_MS = 100;
const LOCK_NOT_AVAILABLE = '55P03';
/** Lets the queued readers run before the next drop. */
const PAUSE_MS = 100;

/**
 * Drops old partitions of the log until stopped. It opens its own connections, so that the sequencer does not wait for
 * its locks. Never throws.
 */
export function startRetention(options: RetentionOptions): { stop(): Promise<void> } {
  const { log, everyMs = EVERY_MS } = options;
  const signal = createSignal();
  let isStopped = false;
  let current: pg.Client | undefined;

  async function run(): Promise<void> {
    await signal.wait(Math.min(FIRST_MS, everyMs));
    while (!isStopped) {
      await dropAll().catch((error) => {
        if (isStopped) return;
        if (isLocked(error))
          log.info({}, 'feed: the log is locked, so nothing was dropped; trying again later');
        else log.warn({ err: error }, 'feed: cannot drop old parts of the log; trying again later');
      });
      await signal.wait(everyMs);
    }
  }

  async function dropAll(): Promise<void> {
    const client = new pg.Client({
      connectionString: withSessionSettings(options.url),
      application_name: 'muster retention',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    });
    client.on('error', () => {});
    current = client;
    try {
      await client.connect();
      while (!isStopped) {
        const dropped = await dropOldest(client, options);
        if (dropped === undefined) break;
        log.info({ partition: dropped }, 'feed: dropped the oldest part of the log');
        await sleep(PAUSE_MS);
      }
    } finally {
      current = undefined;
      await disconnect(client);
    }
  }

  const running = run();
  return {
    async stop() {
      isStopped = true;
      signal.notify();
      // Breaks off a running drop. The next leader does it again.
      if (current) await disconnect(current);
      await running;
    },
  };
}

/**
 * Drops the oldest partition if all of it is beyond both floors, and returns its name.
 *
 * It drops only the oldest, so that the stored positions stay one range even if it is interrupted or runs twice at once.
 * It uses a plain DROP TABLE, which locks the whole log: every statement sees the partition completely or not at all, so
 * a reader gets everything after a position or learns that it is gone.
 *
 * @throws when the log stays locked for longer than 100 ms.
 */
export async function dropOldest(
  client: pg.ClientBase,
  { days, rows }: Retention,
): Promise<string | undefined> {
  const { rows: found } = await client.query<{ name: string; is_past: boolean }>(OLDEST_SQL, [rows]);
  const [oldest] = found;
  if (!oldest?.is_past) return undefined;
  const { name } = oldest;
  const { rows: aged } = await client.query<{ is_past: boolean }>(
    `SELECT coalesce((SELECT occurred_at FROM ${name} ORDER BY position DESC LIMIT 1) < ${CUTOFF}, true)
        AND NOT EXISTS (SELECT FROM ${name} WHERE occurred_at >= ${CUTOFF}) AS is_past`,
    [days],
  );
  if (!aged[0]?.is_past) return undefined;
  await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; DROP TABLE IF EXISTS ${name}`);
  return name;
}

/** Uses the bounds of the partitions, because reading rows would open them. The partition of the head is never past. */
const OLDEST_SQL = `
SELECT name, ends <= h.position AND h.position - ends + 1 >= $1::bigint AS is_past
  FROM feed_head h, (
    SELECT c.oid::regclass::text AS name,
           (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''(\\d+)''\\)'))[1]::bigint AS ends
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'change_log'::regclass
     ORDER BY ends
     LIMIT 1
  ) oldest`;

/*
 * Positions follow the times of changes only approximately. So all changes of a partition are compared, but only once
 * its newest is old enough, which is cheap to check.
 */
const CUTOFF = 'now() - make_interval(days => $1::int)';

function isLocked(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === LOCK_NOT_AVAILABLE;
}
