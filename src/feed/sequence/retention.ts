/** What of the log goes, and when: a floor by age and by number. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { withSessionSettings } from '../../sessionSettings.ts';
import { createDoorbell } from '../doorbell.ts';
import type { FeedLog } from '../logger.ts';
import { disconnect } from './sequencerClient.ts';

/** What is kept at least, both of it. */
export type Retention = {
  /** Changes younger than this. */
  days: number;
  /** The newest changes, so many. */
  rows: number;
};

export type RetentionOptions = Retention & {
  /** A direct connection to the database. */
  url: string;
  log: FeedLog;
  /** How long it is between one look and the next. */
  everyMs?: number;
};

const EVERY_MS = 10 * 60_000;
/** Whoever begins to lead has changes that wait for it. */
const FIRST_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 120_000;
/** A drop needs the log to itself for a moment, and whoever comes after it waits as long as it does. */
const LOCK_TIMEOUT_MS = 100;
const LOCK_NOT_AVAILABLE = '55P03';
/** Room for those who waited, before the next one. */
const PAUSE_MS = 100;

/**
 * Drops partitions of the log, now and then, until stopped. On connections of its own: what it waits for must not keep
 * changes waiting. Never throws.
 */
export function startRetention(options: RetentionOptions): { stop(): Promise<void> } {
  const { log, everyMs = EVERY_MS } = options;
  const doorbell = createDoorbell();
  let isStopped = false;
  let current: pg.Client | undefined;

  async function run(): Promise<void> {
    await doorbell.wait(Math.min(FIRST_MS, everyMs));
    while (!isStopped) {
      await dropAll().catch((error) => {
        if (isStopped) return;
        if (isLocked(error))
          log.info({}, 'feed: the log is in use and cannot be cut short now; trying later');
        else log.warn({ err: error }, 'feed: the log could not be cut short; trying later');
      });
      await doorbell.wait(everyMs);
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
      doorbell.ring();
      // Whatever the server is doing for us may be done again by whoever leads next.
      if (current) await disconnect(current);
      await running;
    },
  };
}

/**
 * Drops the oldest partition if all of it is beyond both floors, and answers its name.
 *
 * Only ever the oldest, so that what is stored is one range whatever interrupts this, and whoever does the same at the
 * same time. A plain drop, because that locks the log as a whole: every statement sees the partition from its beginning
 * to its end or not at all, and so finds everything after a position, or finds that it is gone.
 *
 * @throws when the log is in use for longer than a moment.
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

/** By the bounds of the partitions: looking at rows would open them. The one that holds the head is never past. */
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
 * Positions follow the time of changes nearly, not exactly: the newest change of a partition says cheaply when it is
 * too early to look at all of them.
 */
const CUTOFF = 'now() - make_interval(days => $1::int)';

function isLocked(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === LOCK_NOT_AVAILABLE;
}
