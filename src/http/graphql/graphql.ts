/** GraphQL over HTTP: one yoga, put together from small plugins. */
import { randomUUID } from 'node:crypto';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context, Services } from '../../context.ts';
import { schema } from '../../resolvers/index.ts';
import { createEntityReads } from '../../schema/feed/entityReads.ts';
import { useDocumentLimits } from '../limits/document.ts';
import { useOperationLimits } from '../limits/operation.ts';
import { keepRecent } from '../limits/recent.ts';
import type { LiveConnections } from '../live/connections.ts';
import { createEventStreams, type NodeContext } from '../live/eventStreams.ts';
import { usePlayground } from '../playground/playground.ts';
import { useAuthentication } from './authentication.ts';
import { maskError, useErrors } from './errors.ts';
import { useEventExecution } from './eventExecution.ts';
import { useNegotiation } from './negotiation.ts';
import { useOperationLog } from './operationLog.ts';
import { useStartPosition } from './startPosition.ts';

/** What a transport other than HTTP brings into an operation's context. */
export type TransportContext = Required<Pick<Context, 'viewer' | 'subscriptionTransport'>>;

export type GraphQLServer = YogaServerInstance<object, Context>;

const MAX_BODY_BYTES = 1024 * 1024;
/** Clients have few, and one of the largest takes half a megabyte of memory. */
const PARSED_DOCUMENTS = 200;

/**
 * Pages of any origin may ask: there are no cookies, so that a page can show no token but one that it was given, and
 * gains nothing by being opened in the browser of somebody who has one.
 */
const CORS = {
  origin: '*',
  credentials: false,
  methods: ['GET', 'POST'],
  allowedHeaders: ['authorization', 'content-type', 'accept', 'last-event-id'],
  maxAge: 86_400,
};

export function createGraphQLServer(
  services: Services,
  connections: LiveConnections,
  log: Logger,
): GraphQLServer {
  const eventStreams = createEventStreams(connections);
  const entityReads = createEntityReads(services.db);
  const { plugin, viewerOf } = useAuthentication(services.db.prisma, log);
  return createYoga<object, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: false,
    cors: CORS,
    logging: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: MAX_BODY_BYTES,
    parserAndValidationCache: {
      documentCache: keepRecent(PARSED_DOCUMENTS),
      errorCache: keepRecent(PARSED_DOCUMENTS),
    },
    maskedErrors: { maskError: (error) => maskError(error, log) },
    plugins: [
      usePlayground(),
      plugin,
      useNegotiation(log),
      useDocumentLimits(),
      useErrors(log),
      useOperationLog(log),
      useOperationLimits(),
      useStartPosition(),
      useEventExecution(log),
      eventStreams.plugin,
    ] as never[],
    context: (initial): Context => {
      const own = { ...services, entityReads, requestId: randomUUID() };
      if ('subscriptionTransport' in initial) return { ...own, ...(initial as unknown as TransportContext) };
      const http = initial as unknown as NodeContext & { request: Request };
      const viewer = viewerOf(http.request);
      if (!viewer) throw new Error('An operation got past authentication.');
      return { ...own, viewer, subscriptionTransport: eventStreams.transportFor(http.request, http, viewer) };
    },
  });
}
