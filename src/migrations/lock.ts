import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { withSessionSettings } from '../database/sessionSettings.ts';
import { MigrationError, reason } from './error.ts';

/** The key by which Prisma's engine excludes others; ours is the same, so that each waits for the other. */
const PRISMA_LOCK_KEY = 72_707_369;
const LOCK_POLL_MS = 200;
const LOCK_TIMEOUT_MS = 300_000;
const CONNECT_TIMEOUT_MS = 10_000;

export type LockOptions = {
  /** Receives one line about each step. Default: no log. */
  log?: (message: string) => void;
  /** How long to wait for another process that is migrating, in milliseconds. Default: five minutes. */
  lockTimeoutMs?: number;
};

/** Runs `work` on a connection of its own that holds the lock; closing the connection gives the lock back. */
export async function locked<T>(
  database: string | pg.ClientConfig,
  options: LockOptions,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    application_name: 'muster migrate',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...(typeof database === 'string' ? { connectionString: withSessionSettings(database) } : database),
  });
  // A connection that breaks between two queries fails the next one; unheard, this event would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    const place = `${client.database} at ${client.host}:${client.port}`;
    throw new MigrationError('UNREACHABLE', [], `Cannot connect to ${place}: ${reason(error)}`, error);
  }
  try {
    await lock(client, options);
    // A limit meant for requests must not cut off a migration that rewrites a large table.
    await client.query('SET statement_timeout = 0');
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Polls: a statement that waits inside the database would hold a snapshot all the while. */
async function lock(client: pg.Client, { log, lockTimeoutMs = LOCK_TIMEOUT_MS }: LockOptions): Promise<void> {
  const deadline = performance.now() + lockTimeoutMs;
  for (let attempt = 0; ; attempt++) {
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS locked', [PRISMA_LOCK_KEY]);
    if (rows[0].locked) return;
    if (attempt === 0) log?.('waiting for another process that is migrating this database');
    if (performance.now() > deadline) {
      throw new MigrationError(
        'LOCKED',
        [],
        'Another process has been migrating this database for too long.',
      );
    }
    await setTimeout(LOCK_POLL_MS);
  }
}
