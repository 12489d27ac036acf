/** The HTTP server: GraphQL on both transports, and what those who watch over the process ask. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Services } from '../context.ts';
import type { Metrics } from '../observe/metrics.ts';
import { createGraphQLServer } from './graphql/graphql.ts';
import { listen } from './listen.ts';
import type { ConnectionLimits } from './live/connectionLimits.ts';
import { createLiveConnections } from './live/connections.ts';
import { createWebSocketEndpoint } from './live/websocket.ts';
import { databaseCheck, feedCheck } from './ops/health.ts';
import { createOpsEndpoints } from './ops/opsEndpoints.ts';
import { sendJson } from './sendJson.ts';

export type HttpServer = {
  /** Where it listens: `http://127.0.0.1:4000`. */
  url: string;
  /** No longer ready, no new connections; sockets are sent away, running requests finish within the deadline. */
  close(deadlineMs: number): Promise<void>;
};

export type HttpServerOptions = {
  host: string;
  port: number;
  metrics: Metrics;
  log: Logger;
  /** Other limits than the usual. */
  tuning?: Partial<ConnectionLimits>;
};

export async function startHttpServer(
  services: Services,
  { host, port, metrics, log, tuning }: HttpServerOptions,
): Promise<HttpServer> {
  const connections = createLiveConnections(services.db.watchPool, log, tuning);
  const yoga = createGraphQLServer(services, connections, log);
  const { db, feed } = services;
  const opsEndpoints = createOpsEndpoints(metrics, [databaseCheck(db.watchPool, log), feedCheck(feed)]);
  let isClosing = false;

  const server = createServer((request, response) => {
    // A connection that was busy when the server began to close is idle only now.
    response.once('finish', () => {
      if (isClosing) setImmediate(() => server.closeIdleConnections());
    });
    const [pathname] = (request.url ?? '/').split('?');
    if (pathname === yoga.graphqlEndpoint) return yoga(request, response);
    if (opsEndpoints.answer(pathname, response)) return;
    if (pathname === '/') return redirect(response, yoga.graphqlEndpoint);
    return sendJson(response, 404, { message: 'Nothing is here. GraphQL is at /graphql.' });
  });

  metrics.observeSockets(connections.stats);
  const sockets = createWebSocketEndpoint(server, yoga, services, connections, log);
  const url = await listen(server, host, port).catch(async (error) => {
    // Watching for nobody, they would keep the process from ending.
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

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location });
  response.end();
}
