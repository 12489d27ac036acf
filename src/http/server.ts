/** The HTTP server: GraphQL on both transports, and whether we are well. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Services } from '../context.ts';
import { createGraphQLServer } from './graphql.ts';
import { readiness } from './health.ts';
import { createWebSocketEndpoint } from './websocket.ts';

export type HttpServer = {
  /** Where it listens: `http://127.0.0.1:4000`. */
  url: string;
  /** No longer ready, no new connections; sockets are sent away, running requests finish within the deadline. */
  close(deadlineMs: number): Promise<void>;
};

export async function startHttpServer(
  services: Services,
  { host, port, log }: { host: string; port: number; log: Logger },
): Promise<HttpServer> {
  const yoga = createGraphQLServer(services, log);
  let isClosing = false;

  const server = createServer((request, response) => {
    const [pathname] = (request.url ?? '/').split('?');
    if (pathname === yoga.graphqlEndpoint) return yoga(request, response);
    if (pathname === '/healthz') return sendJson(response, 200, { alive: true });
    if (pathname === '/readyz') return sendReadiness(request, response);
    if (pathname === '/') return redirect(response, yoga.graphqlEndpoint);
    return sendJson(response, 404, { message: 'Nothing is here. GraphQL is at /graphql.' });
  });

  async function sendReadiness(_request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { ready, checks } = await readiness(services.db, services.feed, log);
    sendJson(response, ready && !isClosing ? 200 : 503, { ready: ready && !isClosing, checks });
  }

  const sockets = createWebSocketEndpoint(server, yoga, services, log);
  server.listen(port, host);
  await once(server, 'listening');

  return {
    url: urlOf(server.address() as AddressInfo),
    async close(deadlineMs) {
      isClosing = true;
      const closed = once(server, 'close');
      server.close();
      await sockets.close();
      server.closeIdleConnections();
      const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
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
