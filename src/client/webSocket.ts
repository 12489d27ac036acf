/** The feed over WebSocket: the protocol graphql-transport-ws, with one subscription per socket. */
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import {
  AccessDeniedError,
  ConnectionLostError,
  errorFromResult,
  type MusterError,
  OverflowError,
  ProtocolError,
} from './errors.ts';
import { createInbox } from './inbox.ts';
import { authorizationOf, type Token, type Transport } from './transport.ts';

/** The part of the WebSocket interface that the client uses. Browsers, Node.js and the package `ws` have it. */
export interface WebSocketLike {
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
  send(data: string): void;
  close(code?: number): void;
}

/** A WebSocket class. */
export type WebSocketConstructor = new (url: string, protocol: string) => WebSocketLike;

type Message =
  | { type: 'connection_ack' | 'pong' }
  | { type: 'ping'; payload?: { cursor?: string; subscriptions?: string[] } }
  | { type: 'next'; id: string; payload: FormattedExecutionResult }
  | { type: 'error'; id: string; payload: GraphQLFormattedError[] }
  | { type: 'complete'; id: string };

const PROTOCOL = 'graphql-transport-ws';
const NORMAL_CLOSURE = 1000;
/** The id of the socket's only operation. One socket per subscription keeps a slow consumer from delaying others. */
const ID = '1';

export function webSocketTransport(options: {
  url: string;
  token: Token;
  webSocket: WebSocketConstructor;
  /** The most events to buffer. */
  bufferSize: number;
  /** How long the server may be silent before the connection counts as lost. */
  silenceMs: number;
}): Transport {
  return async function* connect({ query, variables }, signal) {
    const authorization = await authorizationOf(options.token, signal);
    if (authorization === undefined) return;
    const inbox = createInbox(options.bufferSize);
    const socket = new options.webSocket(options.url, PROTOCOL);
    let silence = setTimeout(hangUp, options.silenceMs);
    let isClosed = false;

    function send(message: object): void {
      socket.send(JSON.stringify(message));
    }

    function close(error?: MusterError): void {
      isClosed = true;
      clearTimeout(silence);
      inbox.end(error);
      socket.close(NORMAL_CLOSURE);
    }

    function hangUp(): void {
      close(new ConnectionLostError(`The server was silent for ${options.silenceMs} ms.`));
    }

    function stop(): void {
      inbox.discard();
      close();
    }

    function receive(message: Message): void {
      switch (message.type) {
        case 'connection_ack':
          send({ id: ID, type: 'subscribe', payload: { query, variables } });
          break;
        case 'next':
          // The buffered events are still delivered, and the client then resumes after them.
          if (!inbox.put({ kind: 'result', result: message.payload })) {
            close(new OverflowError('The consumer was slower than the feed.'));
          }
          break;
        case 'ping': {
          send({ type: 'pong' });
          const { cursor, subscriptions } = message.payload ?? {};
          if (cursor && subscriptions?.includes(ID)) inbox.put({ kind: 'heartbeat', cursor });
          break;
        }
        case 'error':
          close(errorFromResult(message.payload));
          break;
        case 'complete':
          close();
      }
    }

    signal.addEventListener('abort', stop);
    socket.addEventListener('open', () => send({ type: 'connection_init', payload: { authorization } }));
    socket.addEventListener('message', ({ data }) => {
      if (isClosed) return;
      clearTimeout(silence);
      silence = setTimeout(hangUp, options.silenceMs);
      const message = parseMessage(data);
      if (message) receive(message);
      else close(new ProtocolError('The server sent a message that is not graphql-transport-ws.'));
    });
    // An error carries no portable detail, and a close follows. Without a listener, `ws` would throw.
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', ({ code, reason }) => {
      clearTimeout(silence);
      inbox.end(errorFromClose(code, reason));
    });

    try {
      yield* inbox.frames();
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  };
}

function parseMessage(data: unknown): Message | undefined {
  try {
    const message = JSON.parse(String(data)) as Message | null;
    return typeof message?.type === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** Close codes from 4400 to 4499 report a client error, as HTTP's 400 to 499 do. */
function errorFromClose(code: number, reason: string): MusterError {
  const message = `The connection was closed with ${code}${reason && `: ${reason}`}.`;
  if (code === 4401 || code === 4403) return new AccessDeniedError(message);
  const isTimeout = code === 4408;
  if (code >= 4400 && code < 4500 && !isTimeout) return new ProtocolError(message);
  return new ConnectionLostError(message, { closeCode: code });
}
