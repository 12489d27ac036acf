/** The endpoints for operators: `/healthz`, `/readyz` and `/metrics`. */
import type { ServerResponse } from 'node:http';
import type { Exposition } from '../../observe/metrics.ts';
import { sendJson } from '../sendJson.ts';
import { type Check, createReadiness } from './health.ts';

export type OpsEndpoints = {
  /** @returns false when the path is none of theirs. */
  answer(pathname: string | undefined, response: ServerResponse): boolean;
  /** Makes `/readyz` report not ready from now on. */
  close(): void;
};

export function createOpsEndpoints(metrics: Exposition, checks: readonly Check[]): OpsEndpoints {
  const readiness = createReadiness(checks);
  let isClosing = false;

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
      if (pathname === '/healthz') sendJson(response, 200, { alive: true });
      else if (pathname === '/readyz') void sendReadiness(response);
      else if (pathname === '/metrics') void sendMetrics(response);
      else return false;
      return true;
    },
    close() {
      isClosing = true;
    },
  };
}
