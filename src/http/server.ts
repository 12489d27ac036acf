/** The HTTP server: GraphQL over HTTP, Server-Sent Events and WebSocket, and the ops endpoints. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { createAuthentication } from '../auth/authenticate.ts';
import type { Services } from '../context.ts';
import type { RunningLimits } from '../load/operation.ts';
import type { Metrics } from '../observe/metrics.ts';
import { createEntityReads } from '../schema/feed/entityReads.ts';
import { createBoundedServer } from './boundedServer.ts';
import { answerGraphQL } from './graphql/answer.ts';
import { createGraphQLServer } from './graphql/graphql.ts';
import { createSharing } from './graphql/sharing/sharing.ts';
import { listen } from './listen.ts';
import type { ConnectionLimits } from './live/connectionLimits.ts';
import { createLiveConnections } from './live/connections.ts';
import { createWebSocketEndpoint } from './live/webSocketEndpoint.ts';
import { databaseCheck, feedCheck } from './ops/health.ts';
import { createOpsEndpoints } from './ops/opsEndpoints.ts';
import { sendPlayground, wantsPlayground } from './playground/playground.ts';
import { sendJson } from './sendJson.ts';

/**
 * Longer than the 60 seconds for which load balancers keep idle connections. If the server closed first, a request could
 * meet the closing connection, and the balancer would answer it with 502.
 */
const KEEP_ALIVE_MS = 75_000;

export type HttpServer = {
  /** The address, such as `http://127.0.0.1:4000`. */
  url: string;
  /** Reports not ready, accepts no connections and closes every socket. Running requests finish within the deadline. */
  close(deadlineMs: number): Promise<void>;
};

export type HttpServerOptions = {
  host: string;
  port: number;
  metrics: Metrics;
  log: Logger;
  limits: RunningLimits;
  /** Whether subscribers who receive the same share the execution of their events. */
  sharedEvents: boolean;
  /** Overrides of the connection limits. */
  tuning?: Partial<ConnectionLimits>;
};

export async function startHttpServer(
  services: Services,
  { host, port, metrics, log, limits, sharedEvents, tuning }: HttpServerOptions,
): Promise<HttpServer> {
  const { db, feed } = services;
  const entityReads = createEntityReads(db, limits);
  const connections = createLiveConnections(db.checkPool, entityReads, log, tuning);
  const sharing = sharedEvents ? createSharing(services, entityReads, limits) : undefined;
  const authenticate = createAuthentication(db.tokenPool);
  const yoga = createGraphQLServer(services, authenticate, connections, limits, sharing);
  const opsEndpoints = createOpsEndpoints(metrics, [databaseCheck(db.checkPool, log), feedCheck(feed)]);
  let isClosing = false;
  let isReady = false;
  // Rejects when the feed is closed before it was ready.
  feed.ready().then(
    () => {
      isReady = true;
    },
    () => {},
  );

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // `closeIdleConnections` spared a connection that was busy when the server began to close.
    response.once('finish', () => {
      if (isClosing) setImmediate(() => server.closeIdleConnections());
    });
    const [pathname] = (request.url ?? '/').split('?');
    if (pathname === yoga.graphqlEndpoint) {
      if (wantsPlayground(request)) return await sendPlayground(request, response);
      if (!isReady) return refuseOperation(response);
      return await answerGraphQL(yoga, request, response);
    }
    const answered = opsEndpoints.answer(pathname, response);
    if (answered) return await answered;
    if (pathname === '/') return redirect(response, yoga.graphqlEndpoint);
    return sendJson(response, 404, { message: 'Not found. GraphQL is at /graphql.' });
  }
  const server = createBoundedServer(answer, log);

  server.keepAliveTimeout = KEEP_ALIVE_MS;
  metrics.observeSockets(() => ({
    ...connections.stats(),
    shared: sharing?.stats() ?? { groups: 0, subscriptions: 0 },
  }));
  const sockets = createWebSocketEndpoint(server, yoga, authenticate, connections, log);
  const url = await listen(server, host, port).catch(async (error) => {
    // Their timers would keep the process from ending.
    await connections.close();
    throw error;
  });

  return {
    url,
    async close(deadlineMs) {
      isClosing = true;
      opsEndpoints.close();
      const closed = once(server, 'close');
      server.close();
      await connections.close();
      const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
      await sockets.close(deadlineMs);
      server.closeIdleConnections();
      await closed;
      clearTimeout(deadline);
    },
  };
}

const RETRY_AFTER_SECONDS = 1;

/** Before the database has answered for the first time, no position of the feed is known. */
function refuseOperation(response: ServerResponse): void {
  response.setHeader('retry-after', RETRY_AFTER_SECONDS);
  const extensions = { code: 'BUSY', retryAfterSeconds: RETRY_AFTER_SECONDS };
  sendJson(response, 503, {
    errors: [{ message: 'The server has just started, and its database has not answered yet.', extensions }],
  });
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location });
  response.end();
}
