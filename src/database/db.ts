/** The only place that opens connections to PostgreSQL for queries and transactions. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type Prisma, PrismaClient } from '../../prisma/client/client.ts';
import { type BackoffLimits, backoffMs } from '../load/backoff.ts';
import { BusyError } from '../load/busy.ts';
import { outsideOperations } from '../load/operation.ts';
import { waitingAtMost } from './account.ts';
import { openingWith } from './opening.ts';
import { LOCK_TIMEOUT_MS, newPool, newSharedPool, STATEMENT_TIMEOUT_MS } from './pool.ts';
import { createReads, type Reads } from './read/reads.ts';
import { createRowQueue } from './rowQueue.ts';
import { isContention, isRetryable } from './sqlError.ts';
import { createStatementNames } from './statementNames.ts';

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
  /**
   * The names of what the transaction locks, such as the ids of rows. Of the transactions that share one, this process
   * runs one at a time, in the order in which they came. The others wait without a connection.
   */
  queue?: readonly string[];
};

export type Database = {
  url: string;
  /** Its connections are shared by accounts: see database/account.ts. */
  prisma: PrismaClient;
  /** Reads the objects of operations, on the same connections. */
  reads: Reads;
  /** For the feed's reads. Separate, so that a busy API does not delay the feed. */
  feedPool: pg.Pool;
  /** For the job queue: fetches, heartbeats and completions. */
  jobPool: pg.Pool;
  /** For authentication, so that a token is readable however busy the API is. */
  tokenPool: pg.Pool;
  /** For checks that must not wait behind other work: the rights of open connections, and health. */
  checkPool: pg.Pool;
  /**
   * Runs `work` in one transaction that names the actor, for the events of its row changes. Retries serialization
   * failures and deadlocks. Any other error rolls back and is thrown.
   *
   * @throws BusyError when the transaction had to wait too long: in the queue, for a connection or for a lock
   */
  transact<Result>(options: TransactionOptions, work: (tx: Tx) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
};

/** Other limits than the defaults, for tests. */
export type DatabaseLimits = {
  /** Connections for requests, transactions and jobs. */
  connections: number;
  /** The most of them that one account holds. */
  connectionsPerAccount: number;
  /** How long a transaction waits in its queue and for a connection together, and a query for a connection. */
  waitMs: number;
  /** How long a transaction waits for a lock. */
  lockMs: number;
  /** The most transactions in the queue of one name. */
  queueLength: number;
};

const LIMITS: DatabaseLimits = {
  connections: 20,
  connectionsPerAccount: 15,
  waitMs: 10_000,
  lockMs: LOCK_TIMEOUT_MS,
  queueLength: 1_000,
};

const FEED_POOL_SIZE = 4;
const JOB_POOL_SIZE = 4;
const TOKEN_POOL_SIZE = 4;
const CHECK_POOL_SIZE = 3;
/** The most requests for a connection of one account that wait. One operation may make hundreds. */
const MAX_WAITING = 10_000;
/** Longer than the server's own timeouts. */
const SILENCE_MS = 60_000;
/** The feed's reads and those of tokens are short, and are retried. */
const SHORT_SILENCE_MS = 10_000;
/** Checks are repeated within a second, so a dead connection should soon make room for a new one. */
const CHECK_SILENCE_MS = 2_000;
const TRANSACTION_TIMEOUT_MS = 15_000;
/** How much longer Prisma waits for a connection than the pool, which knows why there is none. */
const PATIENCE_MS = 20_000;
const ATTEMPTS = 3;
const RETRY_PAUSE: BackoffLimits = { minMs: 20, maxMs: 100 };

/** Called after each commit, so that the feed and the workers need not poll. */
export type CommitListener = (tx: Tx) => void;

export function openDatabase(
  url: string,
  onCommit: CommitListener = () => {},
  tuning: Partial<DatabaseLimits> = {},
): Database {
  const limits = { ...LIMITS, ...tuning };
  const { waitMs } = limits;
  const maxWait = waitMs + PATIENCE_MS;
  const checkPool = openCheckPool(url);
  const names = createStatementNames();
  const shares = {
    perAccount: limits.connectionsPerAccount,
    maxWaiting: MAX_WAITING,
    waitMs,
    namesGiven: names.given,
    cancel: (processId: number) => checkPool.query('SELECT pg_cancel_backend($1)', [processId]),
  };
  const pool = newSharedPool(url, { max: limits.connections, name: 'muster', silenceMs: SILENCE_MS }, shares);
  const feedPool = newPool(url, { max: FEED_POOL_SIZE, name: 'muster feed', silenceMs: SHORT_SILENCE_MS });
  const jobPool = newPool(url, { max: JOB_POOL_SIZE, name: 'muster jobs', silenceMs: SILENCE_MS });
  const tokenPool = newSharedPool(
    url,
    { max: TOKEN_POOL_SIZE, name: 'muster tokens', silenceMs: SHORT_SILENCE_MS },
    { ...shares, perAccount: TOKEN_POOL_SIZE },
  );
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { disposeExternalPool: false, statementNameGenerator: names.nameOf }),
    // Of the transactions that Prisma starts itself, to read or write several tables.
    transactionOptions: { maxWait, timeout: STATEMENT_TIMEOUT_MS },
  });
  const reads = createReads(prisma, pool, names);
  const queue = createRowQueue(limits.queueLength);

  async function attempt<Result>(options: TransactionOptions, work: (tx: Tx) => Promise<Result>) {
    const { actor, requestId, timeoutMs: timeout = TRANSACTION_TIMEOUT_MS } = options;
    let committed: Tx | undefined;
    const settings = settingsOf({
      'muster.actor': JSON.stringify(actor),
      'muster.request_id': requestId ?? '',
      lock_timeout: `${limits.lockMs}ms`,
      statement_timeout: `${timeout}ms`,
    });
    const result = await openingWith(settings, () =>
      prisma.$transaction(
        async (tx) => {
          committed = tx;
          return await work(tx);
        },
        { maxWait, timeout },
      ),
    );
    const tx = committed;
    if (tx) outsideOperations(() => onCommit(tx));
    return result;
  }

  async function attempts<Result>(options: TransactionOptions, work: (tx: Tx) => Promise<Result>) {
    for (let failures = 0; ; ) {
      try {
        return await attempt(options, work);
      } catch (error) {
        failures += 1;
        if (failures < ATTEMPTS && isRetryable(error)) await sleep(backoffMs(failures, RETRY_PAUSE));
        else throw isContention(error) ? new BusyError({ cause: error }) : error;
      }
    }
  }

  return {
    url,
    prisma,
    reads,
    feedPool,
    jobPool,
    tokenPool,
    checkPool,

    async transact(options, work) {
      const startedAt = performance.now();
      return await queue.run(options.queue ?? [], waitMs, () =>
        waitingAtMost(waitMs - (performance.now() - startedAt), () => attempts(options, work)),
      );
    },

    async close() {
      await prisma.$disconnect();
      await Promise.all([pool, feedPool, jobPool, tokenPool, checkPool].map((each) => each.end()));
    },
  };
}

/** Sets the settings of a transaction. */
function settingsOf(settings: Record<string, string>): string {
  const set = Object.entries(settings).map(
    ([name, value]) => `set_config('${name}', ${pg.escapeLiteral(value)}, true)`,
  );
  return `SELECT ${set.join(', ')}`;
}

/** A small pool for checks that must not wait behind other work. */
export function openCheckPool(url: string): pg.Pool {
  return newPool(url, { max: CHECK_POOL_SIZE, name: 'muster checks', silenceMs: CHECK_SILENCE_MS });
}
