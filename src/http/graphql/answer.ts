import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendNodeResponse } from '@whatwg-node/server';
import type { GraphQLServer } from './graphql.ts';

/**
 * Answers a request to the GraphQL endpoint. yoga's own listener sends the stack of an unexpected error to the client;
 * this one rejects.
 */
export async function answerGraphQL(
  yoga: GraphQLServer,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const response = await yoga.handleNodeRequestAndResponse(req, res, { req, res } as object);
  const text = textOf(response);
  if (text === undefined) return await sendNodeResponse(response, res, req, true);
  if (res.destroyed || res.writableEnded) return;
  const body = Buffer.from(text);
  const headers = { ...Object.fromEntries(response.headers), 'content-length': body.length };
  res.writeHead(response.status, response.statusText, headers).end(body);
}

/**
 * The body of a response that has all of it, undefined for a stream. `sendNodeResponse` would write it as a string, which
 * takes the socket several times as long as bytes.
 */
function textOf(response: Response): string | undefined {
  // What the ponyfill of yoga has, and its types lack.
  const { bodyType, bodyInit } = response as Response & { bodyType?: string; bodyInit?: unknown };
  return bodyType === 'String' && typeof bodyInit === 'string' ? bodyInit : undefined;
}
