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
  await sendNodeResponse(response, res, req, true);
}
