/** The HTTP server of a process that serves only the ops endpoints. */
import { once } from 'node:events';
import type { Logger } from 'pino';
import type { Exposition } from '../../observe/metrics.ts';
import { createBoundedServer } from '../boundedServer.ts';
import { listen } from '../listen.ts';
import { sendJson } from '../sendJson.ts';
import type { Check } from './health.ts';
import { createOpsEndpoints } from './opsEndpoints.ts';

export type OpsServer = {
  /** The address, such as `http://127.0.0.1:9400`. */
  url: string;
  close(): Promise<void>;
};

export async function startOpsServer(options: {
  host: string;
  port: number;
  metrics: Exposition;
  checks: readonly Check[];
  log: Logger;
}): Promise<OpsServer> {
  const endpoints = createOpsEndpoints(options.metrics, options.checks);
  const server = createBoundedServer(async (request, response) => {
    const [pathname] = (request.url ?? '/').split('?');
    const answered = endpoints.answer(pathname, response);
    if (answered) await answered;
    else sendJson(response, 404, { message: 'Not found. There are /healthz, /readyz and /metrics.' });
  }, options.log);
  const url = await listen(server, options.host, options.port);
  return {
    url,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
