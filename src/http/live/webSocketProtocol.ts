/** graphql-ws's protocol over the same yoga as HTTP: authentication, and the life of each operation. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import { CloseCode, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Authenticate } from '../../auth/authenticate.ts';
import { refusal, unexpected } from '../graphql/clientError.ts';
import type { GraphQLServer, TransportContext } from '../graphql/graphql.ts';
import type { LiveConnection } from './connection.ts';
import type { LiveConnections } from './connections.ts';
import { webSocketTransport } from './webSocketTransport.ts';

/** What graphql-ws keeps for us with each socket. */
export type SocketExtra = { socket: WebSocket; request: IncomingMessage; live?: LiveConnection };

type ConnectionParams = Record<string, unknown>;
type Enveloped = ReturnType<GraphQLServer['getEnveloped']>;

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
    connectionParams: ConnectionParams | undefined,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs> {
    const { query, variables, operationName } = payload;
    live.operations.prepare(id);
    // For every operation: the viewer's rights may have changed since the socket was opened.
    const viewer = await authenticate(authorizationOf(connectionParams));
    if (!viewer) {
      live.end('FORBIDDEN');
      throw new GraphQLError('Forbidden');
    }
    const initial: TransportContext = {
      viewer,
      subscriptionTransport: { reserve: (cost) => live.reserve(id, viewer, cost) },
      leaving: live.gone,
    };
    const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped(initial);
    const document: DocumentNode = parse(query);
    const errors = validate(schema, document) as readonly GraphQLError[];
    if (errors.length > 0) throw new AggregateError(errors);
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new GraphQLError(NO_OPERATION);
    // From here on, no heartbeat waits for a query or mutation.
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
      initial.leaving = live.operations.executing(id, payload);
    }
    const contextValue = await contextFactory();
    const args = { schema, document, operationName, variableValues: variables, contextValue };
    // graphql-ws hands the arguments on to `execute` and `subscribe` below, which need the functions of this envelop.
    return { ...args, rootValue: { execute, subscribe } };
  }

  return {
    async onConnect({ connectionParams, extra }) {
      const { socket, request } = extra;
      const viewer = await authenticate(authorizationOf(connectionParams));
      // A socket that closed meanwhile has emitted `close` already, so its connection would never be disposed of.
      if (!viewer || socket.readyState !== socket.OPEN) return false;
      extra.live = connections.open(webSocketTransport(socket, request), viewer);
      return true;
    },

    async onSubscribe({ connectionParams, extra }, id, payload) {
      const live = liveOf(extra);
      const requestId = randomUUID();
      // The client completed the first operation of this id while it was being prepared, so graphql-ws allows a second.
      // Heartbeats and events could not tell the two apart.
      if (live.operations.isPreparing(id)) {
        return closeWith(extra.socket, CloseCode.SubscriberAlreadyExists, 'Subscriber already exists');
      }
      try {
        return await prepare(live, connectionParams, id, payload);
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

function enveloped({ rootValue }: ExecutionArgs): Pick<Enveloped, 'execute' | 'subscribe'> {
  return rootValue as Pick<Enveloped, 'execute' | 'subscribe'>;
}

function liveOf({ live }: SocketExtra): LiveConnection {
  if (!live) throw new Error('An operation arrived before its connection was accepted.');
  return live;
}
