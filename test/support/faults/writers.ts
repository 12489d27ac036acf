/** Writers that raise counters row by row, and retry through failures of the database. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { RAISE } from '../feed.ts';
import type { Organization, Place } from './place.ts';

export type Writing = {
  /** Resolves when this many row changes are committed, or when writing has ended. */
  reached(changes: number): Promise<void>;
  committed(): number;
  /** Ends the writing early. */
  stop(): void;
  /** Resolves when writing has ended. */
  done: Promise<void>;
};

export type WriterOptions = {
  /** Writing ends when this many row changes are committed. */
  changes: number;
  writers?: number;
  /** The longest pause between two transactions of a writer. Default: none. */
  pauseMs?: number;
};

/** Each writer's own rows, for very large transactions. */
const OWN_ROWS = 61;
const RETRY_MS = 50;

const chance = (share: number) => Math.random() < share;
const upTo = (limit: number) => Math.floor(Math.random() * limit);

/**
 * Concurrent transactions of 1 to 3 rows, some of 64, one in ten rolled back. When its connection breaks, a writer does
 * not know whether its transaction was committed, and need not: what is stored is what must have been received.
 */
export function startWriters(place: Place, options: WriterOptions): Writing {
  const { changes, writers = 6, pauseMs = 0 } = options;
  let committed = 0;
  let isStopped = false;
  const waiting: { at: number; resolve: () => void }[] = [];

  function count(rows: number): void {
    committed += rows;
    for (const each of waiting) if (committed >= each.at) each.resolve();
  }

  async function transaction(client: pg.Client, organization: Organization, own: string[]): Promise<void> {
    const indices = new Set(Array.from({ length: 1 + upTo(3) }, () => upTo(organization.hot.length)));
    // All writers lock in this order.
    const hot = [...indices].sort((a, b) => a - b).map((index) => organization.hot[index]);
    const isLarge = chance(0.03);
    await client.query('BEGIN');
    for (const row of hot) await client.query(RAISE, [[row]]);
    if (isLarge) await client.query(RAISE, [own]);
    const isRolledBack = chance(0.1);
    await client.query(isRolledBack ? 'ROLLBACK' : 'COMMIT');
    if (!isRolledBack) count(hot.length + (isLarge ? own.length : 0));
  }

  async function writer(index: number): Promise<void> {
    const organization = place.organizations[index % place.organizations.length] as Organization;
    const isDone = () => isStopped || committed >= changes;
    let own: string[] | undefined;
    while (!isDone()) {
      const client = new pg.Client({ connectionString: place.databaseUrl, application_name: 'fault writer' });
      client.on('error', () => {});
      try {
        own ??= await place.sessions(organization, OWN_ROWS);
        await client.connect();
        while (!isDone()) {
          await transaction(client, organization, own);
          if (pauseMs > 0) await sleep(Math.random() * pauseMs);
        }
      } catch (error) {
        if (!isLostConnection(error)) throw error;
        await sleep(RETRY_MS);
      } finally {
        await client.end().catch(() => {});
      }
    }
  }

  const done = Promise.all(Array.from({ length: writers }, (_, index) => writer(index))).then(() => {
    for (const each of waiting) each.resolve();
  });
  return {
    async reached(at) {
      if (committed >= at) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ at, resolve });
      done.catch(reject);
      await promise;
    },
    committed: () => committed,
    stop() {
      isStopped = true;
    },
    done,
  };
}

/** Network errors have no SQLSTATE. 57P01 to 57P03 come from a server that is stopping, has crashed or is starting. */
function isLostConnection(error: unknown): boolean {
  const { code } = error as { code?: string };
  return !code || /^(57P0[1-5]|08...|E[A-Z]+)$/.test(code);
}
