/** Ends the connections whose rights have changed, in every process. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { currentRights } from '../../auth/rights.ts';
import type { LiveConnection } from './connection.ts';
import { rightsVerdict } from './rights.ts';

const EVERY_MS = 500;

/** Asks the database, because the bus may lose messages. @returns a function that stops the checks. */
export function startRightsCheck(
  connections: ReadonlySet<LiveConnection>,
  pool: pg.Pool,
  log: Logger,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function check(): Promise<void> {
    if (connections.size === 0) return;
    try {
      const tokenIds = new Set([...connections].map(({ viewer }) => viewer.tokenId));
      const rights = await currentRights(pool, [...tokenIds]);
      for (const connection of connections) {
        // Opened during the query, which did not ask for its token.
        if (!tokenIds.has(connection.viewer.tokenId)) continue;
        const verdict = rightsVerdict(connection, rights.get(connection.viewer.tokenId));
        if (verdict) connection.end(verdict);
      }
    } catch (error) {
      // No connection ends because the database is away. The next check decides.
      log.warn({ err: error }, 'the rights of open connections could not be checked');
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await check();
    }
  }

  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}
