/** graphql-ws's protocol over the same yoga as HTTP: authentication, and the life of each operation. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import { CloseCode, type Context, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Authenticate } from '../../auth/authenticate.ts';
import { refusal, unexpected } from '../graphql/clientError.ts';
import type { GraphQLServer, TransportContext } from '../graphql/graphql.ts';
import type { LiveConnection } from './connection.ts';
import type { LiveConnections } from './connections.ts';
import { webSocketTransport } from './webSocketTransport.ts';

/** What graphql-ws keeps for us with each socket. */
export type SocketExtra = {
  socket: WebSocket;
  tcp: Socket;
  /** Absent until `connection_init` was accepted. */
  live?: LiveConnection;
  /** When `connection_init` was authenticated, by the process's monotonic clock. */
  authenticatedAt?: number;
};

type ConnectionParams = Record<string, unknown>;
type Peer = Context<ConnectionParams, SocketExtra>;
type Enveloped = ReturnType<GraphQLServer['getEnveloped']>;

/**
 * How long a subscription may use the viewer of `connection_init`, because most clients subscribe at once. No longer than
 * until the next check of the rights, which ends it like a subscription that was open before.
 */
const INIT_HOLDS_MS = 500;

const NO_OPERATION = 'Could not determine what operation to execute.';

export function createProtocol({
  yoga,
  authenticate,
  connections,
  log,
}: {
  yoga: GraphQLServer;
  authenticate: Authenticate;
  connections: LiveConnections;
  log: Logger;
}): ServerOptions<ConnectionParams, SocketExtra> {
  /** @throws {GraphQLError} and {AggregateError} of GraphQL errors. */
  async function prepare(
    live: LiveConnection,
    { connectionParams, extra }: Peer,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs> {
    const { query, variables, operationName } = payload;
    live.operations.prepare(id);
    const initial: TransportContext = {
      viewer: live.viewer,
      subscriptionTransport: { reserve: (cost) => live.reserve(id, initial.viewer, cost) },
      leaving: live.gone,
    };
    const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped(initial);
    const document: DocumentNode = parse(query);
    const errors = validate(schema, document) as readonly GraphQLError[];
    if (errors.length > 0) throw new AggregateError(errors);
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new GraphQLError(NO_OPERATION);
    const isSubscription = operation.operation === OperationTypeNode.SUBSCRIPTION;
    /** The viewer's rights may have changed since the socket was opened. */
    const authenticateAnew = async () => {
      const viewer = await authenticate(authorizationOf(connectionParams));
      if (!viewer) {
        live.end('FORBIDDEN');
        throw new GraphQLError('Forbidden');
      }
      initial.viewer = viewer;
    };
    const isAuthenticated = isSubscription && isJustAuthenticated(extra);
    if (!isAuthenticated) await authenticateAnew();
    // From here on, no heartbeat waits for a query or mutation.
    if (!isSubscription) initial.leaving = live.operations.executing(id, payload);
    const contextValue = await contextFactory();
    const args = { schema, document, operationName, variableValues: variables, contextValue };

    /** The viewer may have joined the organization since `connection_init`. */
    const subscribeAgain: Enveloped['subscribe'] = async (first: ExecutionArgs) => {
      const result = await subscribe(first);
      if (!isNotFound(result)) return result;
      await authenticateAnew();
      return await subscribe({ ...first, contextValue: await contextFactory() });
    };
    // graphql-ws hands the arguments on to `execute` and `subscribe` below, which need the functions of this envelop.
    return { ...args, rootValue: { execute, subscribe: isAuthenticated ? subscribeAgain : subscribe } };
  }

  return {
    async onConnect({ connectionParams, extra }) {
      const { socket, tcp } = extra;
      const viewer = await authenticate(authorizationOf(connectionParams));
      // A socket that closed meanwhile has emitted `close` already, so its connection would never be disposed of.
      if (!viewer || socket.readyState !== socket.OPEN) return false;
      extra.live = connections.open(webSocketTransport(socket, tcp), viewer);
      extra.authenticatedAt = performance.now();
      return true;
    },

    async onSubscribe(peer, id, payload) {
      const { extra } = peer;
      const live = liveOf(extra);
      const requestId = randomUUID();
      // The client completed the first operation of this id while it was being prepared, so graphql-ws allows a second.
      // Heartbeats and events could not tell the two apart.
      if (live.operations.isPreparing(id)) {
        return closeWith(extra.socket, CloseCode.SubscriberAlreadyExists, 'Subscriber already exists');
      }
      try {
        return await prepare(live, peer, id, payload);
      } catch (error) {
        // Here, because graphql-ws calls no hook for an operation that the client has completed meanwhile.
        live.operations.prepared(id);
        live.operations.executed(payload);
        const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
        return errors.map((each) =>
          each instanceof GraphQLError ? refusal(each, requestId) : unexpected(each, requestId, log),
        );
      }
    },

    execute: (args) => enveloped(args).execute(args),
    subscribe: (args) => enveloped(args).subscribe(args),

    // Before the message is sent: whatever the socket is given from here on comes after it.
    onNext: ({ extra }, id) => liveOf(extra).written(id),
    onOperation: ({ extra }, id) => liveOf(extra).operations.prepared(id),
    onError: ({ extra }, id) => liveOf(extra).operations.prepared(id),
    onComplete({ extra }, id, payload) {
      liveOf(extra).operations.prepared(id);
      liveOf(extra).operations.executed(payload);
    },
    onClose: ({ extra }) => extra.live?.dispose(),
  };
}

/** @returns the error that keeps graphql-ws from executing the operation. */
function closeWith(socket: WebSocket, code: number, reason: string): readonly GraphQLError[] {
  socket.close(code, reason);
  return [new GraphQLError(reason)];
}

/** Matched in any letter case: clients copy it from the HTTP header, whose name has none. */
function authorizationOf(params: ConnectionParams | undefined): unknown {
  return Object.entries(params ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}

function isJustAuthenticated({ authenticatedAt = Number.NEGATIVE_INFINITY }: SocketExtra): boolean {
  return performance.now() - authenticatedAt < INIT_HOLDS_MS;
}

function isNotFound(result: AsyncIterable<unknown> | ExecutionResult): boolean {
  return 'errors' in result && result.errors?.[0]?.extensions.code === 'NOT_FOUND';
}

function enveloped({ rootValue }: ExecutionArgs): Pick<Enveloped, 'execute' | 'subscribe'> {
  return rootValue as Pick<Enveloped, 'execute' | 'subscribe'>;
}

function liveOf({ live }: SocketExtra): LiveConnection {
  if (!live) throw new Error('An operation arrived before its connection was accepted.');
  return live;
}
