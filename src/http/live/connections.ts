/** All open connections of this process, their limits, and the checks that end them. */
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Viewer } from '../../auth/viewer.ts';
import type { EntityReads } from '../../schema/feed/entityReads.ts';
import { type Budget, createBudget } from './budget.ts';
import { type LiveConnection, openConnection } from './connection.ts';
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
  entityReads: EntityReads,
  log: Logger,
  tuning: Partial<ConnectionLimits> = {},
): LiveConnections {
  const limits = { ...CONNECTION_LIMITS, ...tuning };
  const connections = new Set<LiveConnection>();
  const budgets = new Map<string, Budget>();
  const ended = { FORBIDDEN: 0, RIGHTS_CHANGED: 0, LAGGED: 0, OVERLOADED: 0, RESTART: 0 };
  let deliveries = 0;

  function budgetOf(tokenId: string): Budget {
    const limit = { subscriptions: limits.perToken, cost: limits.costPerToken };
    return budgets.get(tokenId) ?? createBudget(limit, 'A token');
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
        entityReads,
        onReserve(cost) {
          const budget = budgetOf(viewer.tokenId);
          budget.take(cost);
          budgets.set(viewer.tokenId, budget);
        },
        onRelease(cost) {
          const budget = budgetOf(viewer.tokenId);
          budget.giveBack(cost);
          if (budget.isUnused()) budgets.delete(viewer.tokenId);
        },
        onDelivery(events) {
          deliveries += events;
        },
        onEnd(why) {
          connections.delete(connection);
          if (!why) return;
          ended[why] += 1;
          const { tokenId } = viewer;
          if (why === 'LAGGED') log.warn({ tokenId }, 'a lagging connection was closed');
          if (why === 'OVERLOADED')
            log.warn({ tokenId }, 'a connection was closed because its events could not be read');
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
