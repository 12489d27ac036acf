/** GraphQL over WebSocket, by graphql-ws, on the same yoga as HTTP. */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { type DocumentNode, type ExecutionArgs, GraphQLError } from 'graphql';
import { CloseCode, type ServerOptions } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { authenticate } from '../auth/viewer.ts';
import type { Services } from '../context.ts';
import { refusal } from './errors.ts';
import type { GraphQLServer, SocketContext } from './graphql.ts';
import { type LiveSocket, openLiveSocket } from './liveSocket.ts';
import { watchSockets } from './socketWatch.ts';

export type WebSocketEndpoint = {
  /** Sends every client away to come back elsewhere (1012), and accepts no more. */
  close(): Promise<void>;
};

type SocketExtra = Extra & { live?: LiveSocket };
type ConnectionParams = Record<string, unknown>;

const MAX_MESSAGE_BYTES = 1024 * 1024;
const SERVICE_RESTART = 1012;

export function createWebSocketEndpoint(
  server: Server,
  yoga: GraphQLServer,
  { db }: Services,
  log: Logger,
): WebSocketEndpoint {
  const sockets = new WebSocketServer({ server, path: yoga.graphqlEndpoint, maxPayload: MAX_MESSAGE_BYTES });
  const live = new Set<LiveSocket>();
  const watch = watchSockets(db.prisma, live, log);

  const options: ServerOptions<ConnectionParams, SocketExtra> = {
    async onConnect({ connectionParams, extra }) {
      const viewer = await authenticate(db.prisma, authorizationOf(connectionParams));
      if (!viewer) return false;
      extra.live = openLiveSocket(extra.socket as WebSocket, viewer);
      live.add(extra.live);
      return true;
    },

    async onSubscribe({ connectionParams, extra }, id, { query, variables, operationName }) {
      const socket = liveOf(extra);
      socket.opening(id);
      // Asked anew for every operation: rights may have changed since the socket was opened.
      const viewer = await authenticate(db.prisma, authorizationOf(connectionParams));
      if (!viewer) {
        socket.close(CloseCode.Forbidden, 'Forbidden');
        return [];
      }
      const initial: SocketContext = {
        viewer,
        onSubscribed: (stream, organizationId) => socket.add(id, stream, organizationId),
      };
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped(initial);
      const document = parseOr(parse, query);
      if (document instanceof GraphQLError) return [refusal(document, randomUUID())];
      const errors = validate(schema, document) as readonly GraphQLError[];
      if (errors.length > 0) {
        const requestId = randomUUID();
        return errors.map((error) => refusal(error, requestId));
      }
      const args = {
        schema,
        document,
        operationName,
        variableValues: variables,
        contextValue: await contextFactory(),
      };
      return { ...args, rootValue: { execute, subscribe } };
    },

    execute: (args) => enveloped(args).execute(args),
    subscribe: (args) => enveloped(args).subscribe(args),

    onOperation({ extra }, id) {
      liveOf(extra).opened(id);
    },
    onError({ extra }, id) {
      liveOf(extra).opened(id);
    },
    onComplete({ extra }, id) {
      liveOf(extra).opened(id);
    },
    onClose({ extra }) {
      if (!extra.live) return;
      extra.live.dispose();
      live.delete(extra.live);
    },
  };

  const disposable = useServer({ ...options, isProd: true }, sockets);
  return {
    async close() {
      for (const client of sockets.clients) client.close(SERVICE_RESTART, 'Service restart');
      await watch.stop();
      await disposable.dispose();
    },
  };
}

/** Header names know no letter case, and people copy them into their parameters. */
function authorizationOf(params: ConnectionParams | undefined): unknown {
  return Object.entries(params ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}

function parseOr(parse: (source: string) => DocumentNode, source: string): DocumentNode | GraphQLError {
  try {
    return parse(source);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

/** The functions that this operation was prepared with, on their way through graphql-ws. */
function enveloped({
  rootValue,
}: ExecutionArgs): Pick<ReturnType<GraphQLServer['getEnveloped']>, 'execute' | 'subscribe'> {
  return rootValue as ReturnType<typeof enveloped>;
}

function liveOf({ live }: SocketExtra): LiveSocket {
  if (!live) throw new Error('An operation came before the connection was accepted.');
  return live;
}
