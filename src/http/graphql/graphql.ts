/** The GraphQL server of every transport: one yoga, assembled from small plugins. */
import { randomUUID } from 'node:crypto';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Authenticate } from '../../auth/authenticate.ts';
import type { Context, Services } from '../../context.ts';
import type { RunningLimits } from '../../load/operation.ts';
import { schema } from '../../resolvers/index.ts';
import { useOperationLimits } from '../limits/operation.ts';
import type { LiveConnections } from '../live/connections.ts';
import { createEventStreams, type NodeContext } from '../live/eventStreams.ts';
import { useAccount } from './account.ts';
import { useAuthentication } from './authentication.ts';
import { useBody } from './body.ts';
import { maskError } from './clientError.ts';
import { useDocuments } from './documents.ts';
import { useErrors } from './errors.ts';
import { useEventExecution } from './eventExecution.ts';
import { useExecution } from './execution/useExecution.ts';
import { useNegotiation } from './negotiation.ts';
import { useOperationLog } from './operationLog.ts';
import { useRunningLimits } from './running.ts';
import type { Sharing } from './sharing/sharing.ts';
import { useStartPosition } from './startPosition.ts';

/** The part of an operation's context that a transport other than HTTP provides. */
export type TransportContext = Required<Pick<Context, 'viewer' | 'subscriptionTransport' | 'leaving'>>;

export type GraphQLServer = YogaServerInstance<object, Context>;

/**
 * Pages of any origin may send requests. There are no cookies, so a page has no rights but those of a token it was given.
 */
const CORS = {
  origin: '*',
  credentials: false,
  methods: ['GET', 'POST'],
  allowedHeaders: ['authorization', 'content-type', 'accept', 'last-event-id'],
  maxAge: 86_400,
};

/** @param sharing undefined: each subscriber's events are executed for it alone. */
export function createGraphQLServer(
  services: Services,
  authenticate: Authenticate,
  connections: LiveConnections,
  limits: RunningLimits,
  sharing: Sharing | undefined,
): GraphQLServer {
  const { log } = services;
  const eventStreams = createEventStreams(connections);
  const { plugin, viewerOf } = useAuthentication(authenticate, services.db.tokenPool, log);
  return createYoga<object, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: false,
    cors: CORS,
    logging: false,
    batching: false,
    multipart: false,
    // useBody has a limit that needs no stream in between.
    maxRequestBodySize: false,
    parserAndValidationCache: false,
    maskedErrors: { maskError: (error) => maskError(error, log) },
    plugins: [
      plugin,
      useNegotiation(log),
      useBody(),
      useDocuments(),
      useErrors(log),
      // Before what wraps the execution.
      useExecution(),
      useOperationLog(log),
      useOperationLimits(),
      useStartPosition(),
      useRunningLimits(limits),
      // Outside the running limits: the deadline begins when the operation has got its turn.
      useAccount(connections.limits),
      useEventExecution(limits, sharing, log),
      eventStreams.plugin,
    ] as never[],
    context: (initial): Context => {
      const own = { ...services, requestId: randomUUID() };
      if ('subscriptionTransport' in initial) return { ...own, ...(initial as unknown as TransportContext) };
      const http = initial as unknown as NodeContext & { request: Request };
      const viewer = viewerOf(http.request);
      if (!viewer) throw new Error('An operation passed without authentication.');
      const subscriptionTransport = eventStreams.transportFor(http.request, http, viewer);
      return { ...own, viewer, subscriptionTransport, leaving: http.request.signal };
    },
  });
}
