/** Authenticates every GraphQL request over HTTP. */
import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Authenticate } from '../../auth/authenticate.ts';
import { type TokenFault, tokenFault } from '../../auth/tokenFault.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { isBusy } from '../../load/busy.ts';
import { unexpected } from './clientError.ts';
import { refusedResponse } from './errors.ts';

export type Authentication = {
  plugin: Plugin;
  viewerOf(request: Request): Viewer | undefined;
};

const MESSAGE: Record<TokenFault, string> = {
  MISSING: 'Send a token as `Authorization: Bearer <token>`.',
  MALFORMED: 'The header `authorization` must have the form `Bearer <token>`.',
  UNKNOWN: 'The token is not valid, or not any more.',
  EXPIRED: 'The token has expired. Create another one.',
};

/** The code of RFC 6750. A client that sent no token gets none. */
const BEARER_ERROR: Record<TokenFault, string> = {
  MISSING: '',
  MALFORMED: ', error="invalid_request"',
  UNKNOWN: ', error="invalid_token"',
  EXPIRED: ', error="invalid_token", error_description="The token has expired."',
};

/** Answers 401, with the reason, to every request without a valid token. */
export function useAuthentication(authenticate: Authenticate, pool: pg.Pool, log: Logger): Authentication {
  const viewers = new WeakMap<Request, Viewer>();
  return {
    viewerOf: (request) => viewers.get(request),
    plugin: {
      async onRequest({ request, fetchAPI, endResponse }) {
        if (request.method === 'OPTIONS') return;
        const authorization = request.headers.get('authorization');
        try {
          const viewer = await authenticate(authorization);
          if (viewer) return void viewers.set(request, viewer);
          const reason = await tokenFault(pool, authorization);
          const error = new GraphQLError(MESSAGE[reason], {
            extensions: { code: 'UNAUTHENTICATED', reason },
          });
          const headers = { 'www-authenticate': `Bearer realm="muster"${BEARER_ERROR[reason]}` };
          endResponse(refusedResponse(error, { status: 401, headers }, fetchAPI, log));
        } catch (error) {
          // Answered here, so that yoga adds the headers that let a page of another origin read the answer.
          const errors = [unexpected(error, randomUUID(), log)];
          endResponse(fetchAPI.Response.json({ errors }, { status: isBusy(error) ? 503 : 500 }));
        }
      },
    },
  };
}
