/** The only place that opens connections to PostgreSQL for queries and transactions. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type Prisma, PrismaClient } from '../prisma/client/client.ts';
import { type BackoffLimits, backoffMs } from './backoff.ts';
import { withSessionSettings } from './sessionSettings.ts';
import { isRetryable } from './sqlError.ts';

/** The client of one open transaction. Services write through it. */
export type Tx = Prisma.TransactionClient;

/** Who makes a change, as the feed's events show it. */
export type Actor = {
  kind: 'USER' | 'AGENT' | 'SYSTEM';
  /** UUID of the user or agent; null for the system itself. */
  id: string | null;
  name: string;
  /** UUID of the token that the request was sent with. Absent for the system itself. */
  tokenId?: string | null;
};

export type TransactionOptions = {
  actor: Actor;
  requestId: string | null;
  /** How long the transaction may run, in milliseconds. */
  timeoutMs?: number;
};

export type Database = {
  url: string;
  prisma: PrismaClient;
  /** For the feed's reads. Separate, so that a busy API does not delay the feed. */
  feedPool: pg.Pool;
  /** For the job queue: fetches, heartbeats and completions. */
  jobPool: pg.Pool;
  /** For checks that must not wait behind other work: the rights of open connections, and health. */
  checkPool: pg.Pool;
  /**
   * Runs `work` in one transaction that names the actor, for the events of its row changes. Retries serialization
   * failures and deadlocks. Any other error rolls back and is thrown.
   */
  transact<Result>(options: TransactionOptions, work: (tx: Tx) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
};

const POOL_SIZE = 20;
const FEED_POOL_SIZE = 4;
const JOB_POOL_SIZE = 4;
const CONNECT_TIMEOUT_MS = 5_000;
const LOCK_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** Longer than the server's own timeouts: a connection that is silent for so long is dead. */
const SILENCE_MS = 60_000;
/** The feed's reads are short, and are retried. */
const FEED_SILENCE_MS = 10_000;
/** Checks are repeated within a second, so a dead connection should soon make room for a new one. */
const CHECK_SILENCE_MS = 2_000;
const CHECK_POOL_SIZE = 2;
const TRANSACTION_TIMEOUT_MS = 15_000;
const ATTEMPTS = 3;
const RETRY_PAUSE: BackoffLimits = { minMs: 20, maxMs: 100 };

/** Called after each commit, so that the feed and the workers need not poll. */
export type CommitListener = (tx: Tx) => void;

export function openDatabase(url: string, onCommit: CommitListener = () => {}): Database {
  const pool = newPool(url, POOL_SIZE, 'muster', SILENCE_MS);
  const feedPool = newPool(url, FEED_POOL_SIZE, 'muster feed', FEED_SILENCE_MS);
  const jobPool = newPool(url, JOB_POOL_SIZE, 'muster jobs', SILENCE_MS);
  const checkPool = openCheckPool(url);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false }) });

  async function attempt<Result>(options: TransactionOptions, work: (tx: Tx) => Promise<Result>) {
    const timeout = options.timeoutMs ?? TRANSACTION_TIMEOUT_MS;
    let committed: Tx | undefined;
    const result = await prisma.$transaction(
      async (tx) => {
        committed = tx;
        await tx.$queryRaw`SELECT
          set_config('muster.actor', ${JSON.stringify(options.actor)}, true),
          set_config('muster.request_id', ${options.requestId ?? ''}, true),
          set_config('lock_timeout', ${`${LOCK_TIMEOUT_MS}ms`}, true),
          set_config('statement_timeout', ${`${timeout}ms`}, true)`;
        return await work(tx);
      },
      { maxWait: LOCK_TIMEOUT_MS, timeout },
    );
    if (committed) onCommit(committed);
    return result;
  }

  return {
    url,
    prisma,
    feedPool,
    jobPool,
    checkPool,

    async transact(options, work) {
      for (let failures = 0; ; ) {
        try {
          return await attempt(options, work);
        } catch (error) {
          failures += 1;
          if (failures >= ATTEMPTS || !isRetryable(error)) throw error;
          await sleep(backoffMs(failures, RETRY_PAUSE));
        }
      }
    },

    async close() {
      await prisma.$disconnect();
      await Promise.all([pool.end(), feedPool.end(), jobPool.end(), checkPool.end()]);
    },
  };
}

/** A small pool for checks that must not wait behind other work. */
export function openCheckPool(url: string): pg.Pool {
  return newPool(url, CHECK_POOL_SIZE, 'muster checks', CHECK_SILENCE_MS);
}

function newPool(url: string, max: number, name: string, silenceMs: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: withSessionSettings(url),
    max,
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: silenceMs,
  });
  // A broken idle connection is replaced on next use. Without a listener the event would end the process.
  pool.on('error', () => {});
  return pool;
}
