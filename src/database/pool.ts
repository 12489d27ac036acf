/** Pools of connections to PostgreSQL. */
import pg from 'pg';
import { currentOperation } from '../load/operation.ts';
import { createSlots, type Slots } from '../load/slots.ts';
import { currentAccount } from './account.ts';
import { type Cancel, lease } from './lease.ts';
import { open } from './opening.ts';
import { withSessionSettings } from './sessionSettings.ts';
import { createWear, isOutgrown, type Wear } from './wear.ts';

const CONNECT_TIMEOUT_MS = 5_000;
export const LOCK_TIMEOUT_MS = 10_000;
export const STATEMENT_TIMEOUT_MS = 30_000;

export type PoolOptions = {
  /** The most connections. */
  max: number;
  /** Shown in `pg_stat_activity`. */
  name: string;
  /** A connection that is silent for so long in the middle of a query is dead. */
  silenceMs: number;
};

export function newPool(url: string, options: PoolOptions): pg.Pool {
  return withErrorListener(new pg.Pool(configOf(url, options)));
}

export type Shares = {
  /** The most connections that one account holds, so that its long statements leave some to the others. */
  perAccount: number;
  /** The most requests for a connection of one account that wait. */
  maxWaiting: number;
  /** How long a request for a connection waits. */
  waitMs: number;
  cancel: Cancel;
  /** The number of names that were given to statements so far. */
  namesGiven: () => number;
};

/**
 * A pool whose connections the accounts take in turns.
 *
 * A request that waits too long for its turn fails with BusyError. An error of connecting therefore always means that the
 * database is away.
 */
export function newSharedPool(url: string, options: PoolOptions, shares: Shares): pg.Pool {
  return withErrorListener(new SharedPool(configOf(url, options), shares));
}

function configOf(url: string, { max, name, silenceMs }: PoolOptions): pg.PoolConfig {
  return {
    connectionString: withSessionSettings(url),
    max,
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: silenceMs,
  };
}

/**
 * Without listeners, an error would end the process. A broken idle connection is replaced on next use. A connection may
 * also break after it was given out and before its user listens: both messages of the server may arrive together.
 */
function withErrorListener(pool: pg.Pool): pg.Pool {
  return pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}));
}

type OnClient = Parameters<pg.Pool['connect']>[0];

/** Everything that uses the pool, `query` included, goes through `connect`. */
class SharedPool extends pg.Pool {
  readonly #slots: Slots;
  readonly #waitMs: number;
  readonly #cancel: Cancel;
  readonly #wear: Wear;

  constructor(config: pg.PoolConfig & { max?: number }, { waitMs, cancel, namesGiven, ...limits }: Shares) {
    super(config);
    this.#wear = createWear(namesGiven);
    this.on('connect', this.#wear.opened);
    this.#slots = createSlots({ total: this.options.max, ...limits, perKey: limits.perAccount });
    this.#waitMs = waitMs;
    this.#cancel = cancel;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(onClient: OnClient): void;
  override connect(onClient?: OnClient): Promise<pg.PoolClient> | undefined {
    const client = this.#takeClient();
    if (!onClient) return client;
    client.then(
      (taken) => onClient(undefined, taken, taken.release),
      (error) => onClient(error, undefined, () => {}),
    );
    return undefined;
  }

  /** A statement that a migration has outgrown is sent again, without its name. (`transact` repeats transactions.) */
  override query = (async (statement: pg.QueryConfig, ...rest: [unknown[]]) => {
    try {
      return await super.query(statement, ...rest);
    } catch (error) {
      if (!isOutgrown(error)) throw error;
      return await super.query({ ...statement, name: undefined }, ...rest);
    }
  }) as pg.Pool['query'];

  /** Replaces the connections that are worn out. */
  async #soundClient(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await super.connect();
      if (!this.#wear.isWornOut(client)) return client;
      client.release(true);
    }
  }

  async #takeClient(): Promise<pg.PoolClient> {
    const { name, waitMs = this.#waitMs } = currentAccount();
    const operation = currentOperation();
    operation?.signal.throwIfAborted();
    const giveBack = await this.#slots.take(name, waitMs);
    try {
      const client = await this.#soundClient();
      const release = client.release;
      client.release = (error) => {
        release(error);
        giveBack();
      };
      if (!operation) return open(client);
      if (!operation.signal.aborted) return open(lease(client, operation, this.#cancel));
      client.release();
      throw operation.signal.reason;
    } catch (error) {
      giveBack();
      throw error;
    }
  }
}
