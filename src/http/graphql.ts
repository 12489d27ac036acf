/** GraphQL over HTTP: one yoga, put together from small plugins. */
import { randomUUID } from 'node:crypto';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Viewer } from '../auth/viewer.ts';
import type { Context, Services } from '../context.ts';
import { schema } from '../resolvers/index.ts';
import { useAuthentication } from './authentication.ts';
import { maskError, useErrors } from './errors.ts';
import { useFreshContextPerEvent, useStartPosition } from './freshContext.ts';
import { useOperationLog } from './operationLog.ts';
import { playground, renderPlayground } from './playground.ts';

/** What the WebSocket side brings into an operation's context by itself. */
export type SocketContext = Pick<Context, 'viewer' | 'onSubscribed'>;

export type GraphQLServer = YogaServerInstance<object, Context>;

const MAX_BODY_BYTES = 1024 * 1024;

export function createGraphQLServer(services: Services, log: Logger): GraphQLServer {
  const { plugin, viewerOf } = useAuthentication(services.db.prisma, log);
  return createYoga<object, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: () => playground(services.db.prisma),
    renderGraphiQL: renderPlayground,
    logging: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: MAX_BODY_BYTES,
    maskedErrors: { maskError: (error) => maskError(error, log) },
    plugins: [
      plugin,
      useErrors(log),
      useOperationLog(log),
      useStartPosition(),
      useFreshContextPerEvent(),
    ] as never[],
    context: (initial): Context => {
      const { request, viewer, onSubscribed } = initial as { request?: Request } & Partial<SocketContext>;
      return {
        ...services,
        requestId: randomUUID(),
        viewer: viewer ?? authenticated(request && viewerOf(request)),
        onSubscribed,
      };
    },
  });
}

function authenticated(viewer: Viewer | undefined): Viewer {
  if (!viewer) throw new Error('An operation got past authentication.');
  return viewer;
}
