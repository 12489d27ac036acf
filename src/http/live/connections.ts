/** All open connections of this process, their limits, and the checks that end them. */
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Viewer } from '../../auth/viewer.ts';
import type { EntityReads } from '../../schema/feed/entityReads.ts';
import { createBudget } from './budget.ts';
import { type LiveConnection, openConnection } from './connection.ts';
import { CONNECTION_LIMITS, type ConnectionLimits } from './connectionLimits.ts';
import { createHeartbeatWheel } from './heartbeatWheel.ts';
import { startRightsCheck } from './rightsCheck.ts';
import type { TokenConnections } from './tokenConnections.ts';
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
  const tokens = new Map<string, TokenConnections>();
  const ended = { FORBIDDEN: 0, RIGHTS_CHANGED: 0, LAGGED: 0, OVERLOADED: 0, RESTART: 0 };
  let deliveries = 0;

  function tokenOf(tokenId: string): TokenConnections {
    const known = tokens.get(tokenId);
    if (known) return known;
    const budget = createBudget({ subscriptions: limits.perToken, cost: limits.costPerToken }, 'A token');
    const token: TokenConnections = { connections: new Set(), budget, compared: undefined };
    tokens.set(tokenId, token);
    return token;
  }

  /** Those to which something was written since nothing waited for the network. */
  const written = new Set<LiveConnection>();
  const lagTimer = setInterval(() => {
    const now = performance.now();
    for (const connection of written) if (!connection.checkLag(now)) written.delete(connection);
  }, LAG_CHECK_MS);
  const heartbeats = createHeartbeatWheel<LiveConnection>(limits.heartbeatMs, (connection) =>
    connection.beat(),
  );
  const stopRightsCheck = startRightsCheck(tokens, pool, log);

  return {
    limits,
    open(transport, viewer) {
      const { tokenId } = viewer;
      const token = tokenOf(tokenId);
      const connection = openConnection(transport, viewer, {
        limits,
        entityReads,
        onReserve: token.budget.take,
        onRelease: token.budget.giveBack,
        onAttach() {
          token.compared = undefined;
        },
        onDelivery(events) {
          deliveries += events;
        },
        onWrite: () => void written.add(connection),
        onEnd(why) {
          stopHeartbeats();
          connections.delete(connection);
          written.delete(connection);
          token.connections.delete(connection);
          if (token.connections.size === 0) tokens.delete(tokenId);
          if (!why) return;
          ended[why] += 1;
          if (why === 'LAGGED') log.warn({ tokenId }, 'a lagging connection was closed');
          if (why === 'OVERLOADED')
            log.warn({ tokenId }, 'a connection was closed because its events could not be read');
        },
      });
      const stopHeartbeats = heartbeats.join(connection);
      connections.add(connection);
      token.connections.add(connection);
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
      heartbeats.stop();
      for (const connection of [...connections]) connection.end('RESTART');
      await stopRightsCheck();
    },
  };
}
