/** Authenticates every GraphQL request over HTTP. */
import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type pg from 'pg';
import type { Logger } from 'pino';
import { authenticate } from '../../auth/authenticate.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { isBusy } from '../../busy.ts';
import { unexpected } from './clientError.ts';
import { refusedResponse } from './errors.ts';

export type Authentication = {
  plugin: Plugin;
  viewerOf(request: Request): Viewer | undefined;
};

const UNAUTHENTICATED = new GraphQLError('Send a valid token as `Authorization: Bearer <token>`.', {
  extensions: { code: 'UNAUTHENTICATED' },
});
const CHALLENGE = { status: 401, headers: { 'www-authenticate': 'Bearer realm="muster"' } };

/** Answers 401 to every request without a valid token. */
export function useAuthentication(pool: pg.Pool, log: Logger): Authentication {
  const viewers = new WeakMap<Request, Viewer>();
  return {
    viewerOf: (request) => viewers.get(request),
    plugin: {
      async onRequest({ request, fetchAPI, endResponse }) {
        if (request.method === 'OPTIONS') return;
        try {
          const viewer = await authenticate(pool, request.headers.get('authorization'));
          if (viewer) viewers.set(request, viewer);
          else endResponse(refusedResponse(UNAUTHENTICATED, CHALLENGE, fetchAPI, log));
        } catch (error) {
          // An error thrown from this hook would reach the client with its stack.
          const errors = [unexpected(error, randomUUID(), log)];
          endResponse(fetchAPI.Response.json({ errors }, { status: isBusy(error) ? 503 : 500 }));
        }
      },
    },
  };
}
