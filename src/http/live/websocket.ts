/** GraphQL over WebSocket: graphql-ws's protocol on ws's sockets, and the same yoga as HTTP. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import {
  CloseCode,
  handleProtocols,
  MessageType,
  makeServer,
  type ServerOptions,
  stringifyMessage,
} from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { authenticate } from '../../auth/authenticate.ts';
import type { Services } from '../../context.ts';
import { refusal, unexpected } from '../graphql/errors.ts';
import type { GraphQLServer, TransportContext } from '../graphql/graphql.ts';
import type { Ending, LiveConnection, Transport } from './connection.ts';
import type { LiveConnections } from './connections.ts';

export type WebSocketEndpoint = {
  /** Sends every client away to come back elsewhere, and accepts no more. One that does not listen is cut off. */
  close(deadlineMs: number): Promise<void>;
};

type SocketExtra = { socket: WebSocket; request: IncomingMessage; live?: LiveConnection };
type ConnectionParams = Record<string, unknown>;

const MAX_MESSAGE_BYTES = 1024 * 1024;
/** A peer that has nothing to read and does not answer for as long is gone. */
const PING_MS = 12_000;
const NO_OPERATION = 'Could not determine what operation to execute.';
const TRY_AGAIN_LATER = 1013;
const SERVICE_RESTART = 1012;
const CLOSE: Record<Ending, [code: number, reason: string]> = {
  FORBIDDEN: [CloseCode.Forbidden, 'Forbidden'],
  RIGHTS_CHANGED: [SERVICE_RESTART, 'Rights changed'],
  LAGGED: [TRY_AGAIN_LATER, 'lagged'],
  RESTART: [SERVICE_RESTART, 'Service restart'],
};

export function createWebSocketEndpoint(
  server: Server,
  yoga: GraphQLServer,
  { db }: Services,
  connections: LiveConnections,
  log: Logger,
): WebSocketEndpoint {
  const options: ServerOptions<ConnectionParams, SocketExtra> = {
    async onConnect({ connectionParams, extra }) {
      const viewer = await authenticate(db.prisma, authorizationOf(connectionParams));
      // Whoever is gone by now will not say so again.
      if (!viewer || extra.socket.readyState !== extra.socket.OPEN) return false;
      extra.live = connections.open(transportOf(extra), viewer);
      return true;
    },

    async onSubscribe({ connectionParams, extra }, id, payload) {
      const { query, variables, operationName } = payload;
      const live = liveOf(extra);
      const requestId = randomUUID();
      // Its complete came before we knew what it was; two of one id cannot be told apart.
      if (live.isBeginning(id)) {
        extra.socket.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
        return [new GraphQLError('Subscriber already exists')];
      }
      try {
        live.begin(id);
        // Asked anew for every operation: rights may have changed since the socket was opened.
        const viewer = await authenticate(db.prisma, authorizationOf(connectionParams));
        if (!viewer) {
          live.end('FORBIDDEN');
          throw new GraphQLError('Forbidden');
        }
        const initial: TransportContext = { viewer, carrier: { admit: () => live.admit(id, viewer) } };
        const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped(initial);
        const document: DocumentNode = parse(query);
        const errors = validate(schema, document) as readonly GraphQLError[];
        if (errors.length > 0) throw new AggregateError(errors);
        const operation = getOperationAST(document, operationName);
        if (!operation) throw new GraphQLError(NO_OPERATION);
        // Whatever else it is, and however long it takes: no heartbeat needs to wait for it.
        if (operation.operation !== OperationTypeNode.SUBSCRIPTION) live.answer(id, payload);
        const contextValue = await contextFactory();
        const args = { schema, document, operationName, variableValues: variables, contextValue };
        return { ...args, rootValue: { execute, subscribe } };
      } catch (error) {
        // Here, since graphql-ws says no more of an operation that its client completed meanwhile.
        live.begun(id);
        live.answered(payload);
        const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
        return errors.map((each) =>
          each instanceof GraphQLError ? refusal(each, requestId) : unexpected(each, requestId, log),
        );
      }
    },

    execute: (args) => enveloped(args).execute(args),
    subscribe: (args) => enveloped(args).subscribe(args),

    onNext({ extra }, id) {
      // What is given to the socket from here on comes after it.
      liveOf(extra).written(id);
    },
    onOperation({ extra }, id) {
      liveOf(extra).begun(id);
    },
    onError({ extra }, id) {
      liveOf(extra).begun(id);
    },
    onComplete({ extra }, id, payload) {
      liveOf(extra).begun(id);
      liveOf(extra).answered(payload);
    },
    onClose({ extra }) {
      extra.live?.dispose();
    },
  };

  const protocol = makeServer(options);
  const sockets = new WebSocketServer({
    server,
    path: yoga.graphqlEndpoint,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols,
  });

  // Those of the HTTP server, passed on: whoever told it to listen hears of them, and unheard here they end the process.
  sockets.on('error', () => {});
  sockets.on('connection', (socket, request) => {
    const extra: SocketExtra = { socket, request };
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        // Fulfilled when the network has taken it: that is what makes a subscription wait for its reader. Never
        // rejected: a socket that breaks is heard of by its close.
        send: (data) => new Promise((resolve) => socket.send(data, () => resolve())),
        close: (code, reason) => socket.close(code, reason),
        // Without the payload: what is not read should not be large.
        onPing() {
          socket.send(stringifyMessage({ type: MessageType.Pong }));
        },
        onMessage: (listener) =>
          socket.on('message', async (data) => {
            // Whoever talks and does not listen.
            if (socket.bufferedAmount > connections.limits.hardBytes) return turnAway(extra);
            try {
              await listener(String(data));
            } catch (error) {
              // Most likely the database is away. Nothing that a client should give up for.
              log.error({ err: error }, 'a WebSocket message could not be dealt with');
              socket.close(TRY_AGAIN_LATER, 'Try again later');
            }
          }),
      },
      extra,
    );
    const stopWatching = watchPeer(socket);
    socket.on('error', (error) => log.debug({ err: error }, 'a WebSocket broke'));
    socket.once('close', (code, reason) => {
      stopWatching();
      void closed(code, String(reason));
    });
  });

  return {
    async close(deadlineMs) {
      for (const socket of sockets.clients) socket.close(...CLOSE.RESTART);
      const deadline = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, deadlineMs);
      await new Promise((resolve) => sockets.close(resolve));
      clearTimeout(deadline);
    },
  };
}

/** Finds out about peers that went without a word. One that is slow to read is none of them: its queue tells. */
function watchPeer(socket: WebSocket): () => void {
  let isAnswering = true;
  const answered = () => {
    isAnswering = true;
  };
  socket.on('pong', answered);
  socket.on('message', answered);
  const timer = setInterval(() => {
    if (socket.bufferedAmount > 0) return;
    if (!isAnswering) return socket.terminate();
    isAnswering = false;
    socket.ping();
  }, PING_MS);
  return () => clearInterval(timer);
}

function turnAway({ live, socket }: SocketExtra): void {
  if (live) live.end('LAGGED');
  else socket.terminate();
}

function transportOf({ socket, request }: SocketExtra): Transport {
  return {
    socket: request.socket,
    beat: (payload) => socket.send(stringifyMessage({ type: MessageType.Ping, payload })),
    end: (why) => socket.close(...CLOSE[why]),
  };
}

/** Header names know no letter case, and people copy them into their parameters. */
function authorizationOf(params: ConnectionParams | undefined): unknown {
  return Object.entries(params ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}

/** The functions that this operation was prepared with, on their way through graphql-ws. */
function enveloped({
  rootValue,
}: ExecutionArgs): Pick<ReturnType<GraphQLServer['getEnveloped']>, 'execute' | 'subscribe'> {
  return rootValue as ReturnType<typeof enveloped>;
}

function liveOf({ live }: SocketExtra): LiveConnection {
  if (!live) throw new Error('An operation came before the connection was accepted.');
  return live;
}
