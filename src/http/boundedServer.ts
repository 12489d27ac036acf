/** An HTTP server that no client can hold up, and that sends no unexpected error to a client. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { createAnswers } from './answers.ts';
import { unexpected } from './graphql/clientError.ts';
import { HTTP_LIMITS, type HttpLimits } from './httpLimits.ts';
import { sendJson } from './sendJson.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** How often Node.js looks for requests that take too long to arrive. Its default would add half a minute to each limit. */
const CHECK_MS = 1_000;

export function createBoundedServer(answer: Answer, log: Logger, tuning: Partial<HttpLimits> = {}): Server {
  const limits = { ...HTTP_LIMITS, ...tuning };
  const answers = createAnswers(limits);
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: CHECK_MS,
    },
    (request, response) => {
      answers.watch(request, response);
      // Browsers must not take an answer that quotes its client for a page or a script.
      response.setHeader('x-content-type-options', 'nosniff');
      if (!hasValidHost(request)) {
        return sendJson(response, 400, { message: 'The header `host` is not valid.' });
      }
      void answerSafely(answer, request, response, log);
    },
  );
  server.maxConnections = limits.connections;
  server.on('drop', makeRoom);
  server.once('close', answers.close);

  let madeRoomAt = Number.NEGATIVE_INFINITY;
  /** Closes the connections that only wait for another request, so that idle clients keep no new one out. */
  function makeRoom(): void {
    const now = performance.now();
    if (now - madeRoomAt < CHECK_MS) return;
    madeRoomAt = now;
    log.warn({ connections: limits.connections }, 'the limit of connections is reached');
    server.closeIdleConnections();
  }
  return server;
}

/** Libraries parse the header into a URL. If that fails, the error contains what the client sent. */
export function hasValidHost({ headers: { host = 'localhost' } }: IncomingMessage): boolean {
  return URL.canParse(`http://${host}`);
}

async function answerSafely(
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
  log: Logger,
): Promise<void> {
  try {
    await answer(request, response);
  } catch (error) {
    const errors = [unexpected(error, randomUUID(), log)];
    // Part of the answer may be on its way: only a broken connection tells the client that the rest is missing.
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { errors });
  }
}
