/** All open connections of this process, their limits, and the checks that end them. */
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Viewer } from '../../auth/viewer.ts';
import { type LiveConnection, openConnection, tooManySubscriptions } from './connection.ts';
import { CONNECTION_LIMITS, type ConnectionLimits } from './connectionLimits.ts';
import { startRightsCheck } from './rightsCheck.ts';
import type { Ending, Transport } from './transport.ts';

export type LiveConnections = {
  readonly limits: ConnectionLimits;
  open(transport: Transport, viewer: Viewer): LiveConnection;
  stats(): LiveStats;
  /** Ends every connection with RESTART, and stops the checks. */
  close(): Promise<void>;
};

export type LiveStats = {
  connections: number;
  subscriptions: number;
  /** Bytes that wait for the network. */
  queuedBytes: number;
  /** Events delivered since the start. */
  deliveries: number;
  /** Connections that the server ended since the start. */
  ended: Readonly<Record<Ending, number>>;
};

const LAG_CHECK_MS = 1_000;

export function createLiveConnections(
  pool: pg.Pool,
  log: Logger,
  tuning: Partial<ConnectionLimits> = {},
): LiveConnections {
  const limits = { ...CONNECTION_LIMITS, ...tuning };
  const connections = new Set<LiveConnection>();
  const perToken = new Map<string, number>();
  const ended = { FORBIDDEN: 0, RIGHTS_CHANGED: 0, LAGGED: 0, RESTART: 0 };
  let deliveries = 0;

  function count(tokenId: string, change: 1 | -1): number {
    const subscriptions = (perToken.get(tokenId) ?? 0) + change;
    if (subscriptions > 0) perToken.set(tokenId, subscriptions);
    else perToken.delete(tokenId);
    return subscriptions;
  }

  const lagTimer = setInterval(() => {
    for (const connection of connections) connection.checkLag(performance.now());
  }, LAG_CHECK_MS);
  const stopRightsCheck = startRightsCheck(connections, pool, log);

  return {
    limits,
    open(transport, viewer) {
      const connection = openConnection(transport, viewer, {
        limits,
        onReserve() {
          if ((perToken.get(viewer.tokenId) ?? 0) >= limits.perToken) {
            throw tooManySubscriptions(limits.perToken, 'A token');
          }
          count(viewer.tokenId, 1);
        },
        onRelease: () => count(viewer.tokenId, -1),
        onDelivery() {
          deliveries += 1;
        },
        onEnd(why) {
          connections.delete(connection);
          if (!why) return;
          ended[why] += 1;
          if (why === 'LAGGED') log.warn({ tokenId: viewer.tokenId }, 'a lagging connection was closed');
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
      clearInterval(lagTimer);
      for (const connection of [...connections]) connection.end('RESTART');
      await stopRightsCheck();
    },
  };
}
