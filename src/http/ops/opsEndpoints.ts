/** What those who watch over a process ask it: whether it lives, whether it can do its work, and its figures. */
import type { ServerResponse } from 'node:http';
import type { Exposition } from '../../observe/metrics.ts';
import { sendJson } from '../sendJson.ts';
import { type Check, createReadiness } from './health.ts';

export type OpsEndpoints = {
  /** Answers a request for one of them; false when it is for something else. */
  answer(pathname: string | undefined, response: ServerResponse): boolean;
  /** From now on the process is not ready. */
  close(): void;
};

export function createOpsEndpoints(metrics: Exposition, checks: readonly Check[]): OpsEndpoints {
  const readiness = createReadiness(checks);
  let isClosing = false;

  async function sendReadiness(response: ServerResponse): Promise<void> {
    const { ready, checks: answers } = await readiness();
    const isReady = ready && !isClosing;
    sendJson(response, isReady ? 200 : 503, { ready: isReady, checks: answers });
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
