/** When a connection is replaced because of the statements that it has prepared. */
import type { EventEmitter } from 'node:events';
import type pg from 'pg';

/** What node-postgres has and its types lack. */
type Internals = { connection: EventEmitter };

export type Wear = {
  /** To be called when a connection was opened. */
  opened(client: pg.PoolClient): void;
  isWornOut(client: pg.PoolClient): boolean;
};

/** Names that are given in the life of a connection. It may keep the statement and the plan of each. */
const MAX_NAMES = 500;

/** @param namesGiven the number of names given so far. */
export function createWear(namesGiven: () => number): Wear {
  const openings = new WeakMap<pg.PoolClient, { names: number; outgrown: number }>();
  let outgrown = 0;
  return {
    opened(client) {
      openings.set(client, { names: namesGiven(), outgrown });
      const { connection } = client as pg.PoolClient & Internals;
      connection.on('errorMessage', (error) => {
        // The other connections have prepared the same statements.
        if (isOutgrown(error)) outgrown += 1;
      });
    },
    isWornOut(client) {
      const opening = openings.get(client);
      if (!opening) return false;
      return opening.outgrown < outgrown || opening.names + MAX_NAMES < namesGiven();
    },
  };
}

/** The function of PostgreSQL that refuses a prepared statement. */
const REFUSING = 'RevalidateCachedQuery';

/** Whether a migration has changed the result of a statement since the connection prepared it. */
export function isOutgrown(error: unknown): boolean {
  return (error as { routine?: unknown } | undefined)?.routine === REFUSING;
}
