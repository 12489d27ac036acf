/** All open connections of this process: how many subscriptions there may be, and who has to go. */
import type pg from 'pg';
import type { Logger } from 'pino';
import { currentRights } from '../../auth/rights.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { type Ending, type LiveConnection, openConnection, type Transport, tooMany } from './connection.ts';
import { LIVE_LIMITS, type LiveLimits } from './limits.ts';
import { rightsVerdict } from './rights.ts';

export type LiveConnections = {
  readonly limits: LiveLimits;
  open(transport: Transport, viewer: Viewer): LiveConnection;
  /** What there is at present, and was since the start. */
  stats(): LiveStats;
  /** Sends everybody away to come back elsewhere, and stops watching. */
  close(): Promise<void>;
};

export type LiveStats = {
  connections: number;
  subscriptions: number;
  /** Given to the network and not yet taken by it. */
  queuedBytes: number;
  /** Events handed to connections, since the start. */
  deliveries: number;
  /** Connections that the server ended, since the start. */
  ended: Readonly<Record<Ending, number>>;
};

const JUDGE_MS = 1_000;
const RIGHTS_MS = 500;

export function createLiveConnections(
  pool: pg.Pool,
  log: Logger,
  tuning: Partial<LiveLimits> = {},
): LiveConnections {
  const limits = { ...LIVE_LIMITS, ...tuning };
  const connections = new Set<LiveConnection>();
  const perToken = new Map<string, number>();
  const ended = { FORBIDDEN: 0, RIGHTS_CHANGED: 0, LAGGED: 0, RESTART: 0 };
  let deliveries = 0;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  function count(tokenId: string, change: 1 | -1): number {
    const subscriptions = (perToken.get(tokenId) ?? 0) + change;
    if (subscriptions > 0) perToken.set(tokenId, subscriptions);
    else perToken.delete(tokenId);
    return subscriptions;
  }

  function schedule(): void {
    timer = setTimeout(() => {
      round = watchRights().then(() => {
        if (!isStopped) schedule();
      });
    }, RIGHTS_MS);
  }

  /** Asks the database about rights, so that it works whatever the news travel by. */
  async function watchRights(): Promise<void> {
    if (connections.size === 0) return;
    try {
      const tokenIds = new Set([...connections].map(({ viewer }) => viewer.tokenId));
      const rights = await currentRights(pool, [...tokenIds]);
      for (const connection of connections) {
        // One that was opened meanwhile was not asked for.
        if (!tokenIds.has(connection.viewer.tokenId)) continue;
        const verdict = rightsVerdict(connection, rights.get(connection.viewer.tokenId));
        if (verdict) connection.end(verdict);
      }
    } catch (error) {
      // Nobody loses a right because the database is away; the next look tells.
      log.warn({ err: error }, 'open connections could not be checked');
    }
  }

  const judging = setInterval(() => {
    for (const connection of connections) connection.judge(performance.now());
  }, JUDGE_MS);
  schedule();
  return {
    limits,
    open(transport, viewer) {
      const connection = openConnection(transport, viewer, {
        limits,
        onAdmit() {
          if ((perToken.get(viewer.tokenId) ?? 0) >= limits.perToken)
            throw tooMany(limits.perToken, 'A token');
          count(viewer.tokenId, 1);
        },
        onLeave: () => count(viewer.tokenId, -1),
        onDelivery() {
          deliveries += 1;
        },
        onEnd(why) {
          connections.delete(connection);
          if (!why) return;
          ended[why] += 1;
          if (why === 'LAGGED') log.warn({ tokenId: viewer.tokenId }, 'a connection lagged and was closed');
        },
      });
      connections.add(connection);
      return connection;
    },

    stats() {
      const sum = (amount: (connection: LiveConnection) => number) =>
        [...connections].reduce((total, connection) => total + amount(connection), 0);
      return {
        connections: connections.size,
        subscriptions: sum((connection) => connection.subscriptions().size),
        queuedBytes: sum((connection) => connection.queuedBytes()),
        deliveries,
        ended: { ...ended },
      };
    },

    async close() {
      isStopped = true;
      clearTimeout(timer);
      clearInterval(judging);
      for (const connection of [...connections]) connection.end('RESTART');
      await round;
    },
  };
}
