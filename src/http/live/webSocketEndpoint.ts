/** The WebSocket endpoint: ws's sockets, which speak graphql-ws's protocol. */
import type { Server } from 'node:http';
import { CloseCode, handleProtocols, MessageType, makeServer, stringifyMessage } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Authenticate } from '../../auth/authenticate.ts';
import { withExactNumbers } from '../../value/exactNumber.ts';
import { hasValidHost } from '../boundedServer.ts';
import type { GraphQLServer } from '../graphql/graphql.ts';
import type { LiveConnections } from './connections.ts';
import { isComplete, readMessage } from './webSocketMessage.ts';
import { monitorPeers } from './webSocketPeer.ts';
import { createProtocol, type SocketExtra } from './webSocketProtocol.ts';
import { closeSocket, shortReason, TRY_AGAIN_LATER } from './webSocketTransport.ts';

export type WebSocketEndpoint = {
  /** Closes every socket with 1012 and accepts no more. After the deadline, it cuts off those that did not close. */
  close(deadlineMs: number): Promise<void>;
};

const MAX_MESSAGE_BYTES = 1024 * 1024;

export function createWebSocketEndpoint(
  server: Server,
  yoga: GraphQLServer,
  authenticate: Authenticate,
  connections: LiveConnections,
  log: Logger,
): WebSocketEndpoint {
  const peers = monitorPeers();
  const protocol = makeServer(createProtocol({ yoga, authenticate, connections, log }));
  const sockets = new WebSocketServer({
    server,
    path: yoga.graphqlEndpoint,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols,
    verifyClient: ({ req }, accept) => accept(hasValidHost(req), 400),
  });

  function receive(extra: SocketExtra, listener: (data: string) => Promise<void>) {
    const { socket } = extra;
    const failed = (error: unknown): void => {
      // Most likely the database is away. The client should come back, not give up.
      log.error({ err: error }, 'a WebSocket message failed unexpectedly');
      socket.close(TRY_AGAIN_LATER, 'Try again later');
    };
    // Not an async function: graphql-ws answers a subscription for as long as it lasts, and the function would hold on to
    // the message.
    return (data: WebSocket.RawData) => {
      // Messages that were on their way when the socket was closed.
      if (socket.readyState !== socket.OPEN) return;
      // The client sends requests and does not read the answers.
      if (socket.bufferedAmount > connections.limits.hardBytes) return endLagging(extra);
      const text = String(data);
      const received = readMessage(text);
      if (received.fault !== undefined) return socket.close(CloseCode.BadRequest, received.fault);
      if (received.message.type === MessageType.Pong) return;
      // graphql-ws has no hook for this: it lets a query run, and drops the answer.
      if (isComplete(received.message)) extra.live?.operations.completed(received.message.id);
      return void listener(withExactNumbers(text)).catch(failed);
    };
  }

  // ws passes on the errors of the HTTP server, and without a listener they would end the process. `listen` reports them.
  sockets.on('error', () => {});
  sockets.on('connection', (socket, { socket: tcp }) => {
    const extra: SocketExtra = { socket, tcp };
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        // Fulfilled when the network has taken the message, so that a subscription waits for its reader. Never rejected:
        // a socket that breaks emits `close`.
        send(data) {
          const sent = new Promise<void>((resolve) => socket.send(data, () => resolve()));
          extra.live?.sent();
          return sent;
        },
        close: (code, reason) => socket.close(code, shortReason(reason)),
        // Without the ping's payload, which may be large: this pong does not wait for the reader.
        onPing: () => socket.send(stringifyMessage({ type: MessageType.Pong })),
        onMessage: (listener) => socket.on('message', receive(extra, listener)),
      },
      extra,
    );
    peers.watch(socket);
    socket.on('error', (error) => log.debug({ err: error }, 'a WebSocket broke'));
    socket.once('close', (code, reason) => void closed(code, String(reason)));
  });

  return {
    async close(deadlineMs) {
      for (const socket of sockets.clients) closeSocket(socket, 'RESTART');
      const deadline = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, deadlineMs);
      await new Promise((resolve) => sockets.close(resolve));
      clearTimeout(deadline);
      peers.stop();
    },
  };
}

function endLagging({ live, socket }: SocketExtra): void {
  if (live) live.end('LAGGED');
  else socket.terminate();
}
