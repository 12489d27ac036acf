/** The endpoints for operators: `/healthz`, `/readyz` and `/metrics`. */
import type { ServerResponse } from 'node:http';
import type { Exposition } from '../../observe/metrics.ts';
import { sendJson } from '../sendJson.ts';
import { type Check, createReadiness } from './health.ts';

export type OpsEndpoints = {
  /** @returns undefined when the path is none of theirs. */
  answer(pathname: string | undefined, response: ServerResponse): Promise<void> | undefined;
  /** Makes `/readyz` report not ready from now on. */
  close(): void;
};

export function createOpsEndpoints(metrics: Exposition, checks: readonly Check[]): OpsEndpoints {
  const readiness = createReadiness(checks);
  let isClosing = false;

  async function sendHealth(response: ServerResponse): Promise<void> {
    sendJson(response, 200, { alive: true });
  }

  async function sendReadiness(response: ServerResponse): Promise<void> {
    const latest = await readiness();
    const ready = latest.ready && !isClosing;
    sendJson(response, ready ? 200 : 503, { ...latest, ready });
  }

  async function sendMetrics(response: ServerResponse): Promise<void> {
    const text = await metrics.metricsText();
    response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
    response.end(text);
  }

  return {
    answer(pathname, response) {
      if (pathname === '/healthz') return sendHealth(response);
      if (pathname === '/readyz') return sendReadiness(response);
      if (pathname === '/metrics') return sendMetrics(response);
      return undefined;
    },
    close() {
      isClosing = true;
    },
  };
}
