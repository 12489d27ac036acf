/** Ends the connections whose rights have changed, in every process. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { currentRights, type Roles } from '../../auth/rights.ts';
import { rightsVerdict } from './rights.ts';
import type { TokenConnections } from './tokenConnections.ts';

const EVERY_MS = 500;

/** Asks the database, because the bus may lose messages. @returns a function that stops the checks. */
export function startRightsCheck(
  tokens: ReadonlyMap<string, TokenConnections>,
  pool: pg.Pool,
  log: Logger,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function check(): Promise<void> {
    if (tokens.size === 0) return;
    try {
      const tokenIds = [...tokens.keys()];
      const rights = await currentRights(pool, tokenIds);
      // A token whose first connection was opened during the query was not asked about.
      for (const tokenId of tokenIds) {
        const token = tokens.get(tokenId);
        if (token) checkToken(token, rights.get(tokenId));
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

/** Looks at the connections only if their rights may differ from those that they were compared with last. */
function checkToken(token: TokenConnections, roles: Roles | undefined): void {
  if (roles && token.compared && areEqual(roles, token.compared)) return;
  token.compared = roles;
  for (const connection of [...token.connections]) {
    const verdict = rightsVerdict(connection, roles);
    if (verdict) connection.end(verdict);
  }
}

function areEqual(a: Roles, b: Roles): boolean {
  return a.size === b.size && [...a].every(([organizationId, role]) => b.get(organizationId) === role);
}
