/** The HTTP server: GraphQL on both transports, and whether we are well. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Services } from '../context.ts';
import type { Metrics } from '../observe/metrics.ts';
import { createGraphQLServer } from './graphql.ts';
import { createReadiness } from './health.ts';
import { createLiveConnections } from './live/connections.ts';
import type { LiveLimits } from './live/limits.ts';
import { createWebSocketEndpoint } from './websocket.ts';

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
  tuning?: Partial<LiveLimits>;
};

export async function startHttpServer(
  services: Services,
  { host, port, metrics, log, tuning }: HttpServerOptions,
): Promise<HttpServer> {
  const connections = createLiveConnections(services.db.watchPool, log, tuning);
  const yoga = createGraphQLServer(services, connections, log);
  const readiness = createReadiness(services.db, services.feed, log);
  let isClosing = false;

  const server = createServer((request, response) => {
    // A connection that was busy when the server began to close is idle only now.
    response.once('finish', () => {
      if (isClosing) setImmediate(() => server.closeIdleConnections());
    });
    const [pathname] = (request.url ?? '/').split('?');
    if (pathname === yoga.graphqlEndpoint) return yoga(request, response);
    if (pathname === '/healthz') return sendJson(response, 200, { alive: true });
    if (pathname === '/readyz') return sendReadiness(response);
    if (pathname === '/metrics') return sendMetrics(response);
    if (pathname === '/') return redirect(response, yoga.graphqlEndpoint);
    return sendJson(response, 404, { message: 'Nothing is here. GraphQL is at /graphql.' });
  });

  async function sendReadiness(response: ServerResponse): Promise<void> {
    const { ready, checks } = await readiness();
    sendJson(response, ready && !isClosing ? 200 : 503, { ready: ready && !isClosing, checks });
  }

  async function sendMetrics(response: ServerResponse): Promise<void> {
    const text = await metrics.metricsText();
    response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
    response.end(text);
  }

  metrics.observeSockets(connections.stats);
  const sockets = createWebSocketEndpoint(server, yoga, services, connections, log);
  server.listen(port, host);
  await once(server, 'listening').catch(async (error) => {
    // Watching for nobody, they would keep the process from ending.
    await connections.close();
    throw error;
  });

  return {
    url: urlOf(server.address() as AddressInfo),
    async close(deadlineMs) {
      isClosing = true;
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

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location });
  response.end();
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
