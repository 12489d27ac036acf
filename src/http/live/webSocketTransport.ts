/** A WebSocket as a connection's transport: heartbeats are pings, and endings are close codes. */
import type { Socket } from 'node:net';
import { CloseCode, MessageType, stringifyMessage } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Ending, Transport } from './transport.ts';
import { framesOf } from './webSocketFrames.ts';

export const TRY_AGAIN_LATER = 1013;
const SERVICE_RESTART = 1012;
const CLOSE: Record<Ending, [code: number, reason: string]> = {
  FORBIDDEN: [CloseCode.Forbidden, 'Forbidden'],
  RIGHTS_CHANGED: [SERVICE_RESTART, 'Rights changed'],
  LAGGED: [TRY_AGAIN_LATER, 'lagged'],
  OVERLOADED: [TRY_AGAIN_LATER, 'Try again later'],
  RESTART: [SERVICE_RESTART, 'Service restart'],
};

export function webSocketTransport(socket: WebSocket, tcp: Socket): Transport {
  return {
    socket: tcp,
    isWritable: () => socket.readyState === socket.OPEN,
    // Around ws, which would frame each message anew. Without compression it writes each of its own messages whole and at
    // once, so that the two do not mix.
    write: (id, results) => void tcp.write(framesOf(results, id)),
    beat: (payload) => socket.send(stringifyMessage({ type: MessageType.Ping, payload })),
    end: (why) => closeSocket(socket, why),
  };
}

/** ws throws on a longer reason, and graphql-ws puts the client's own operation id into some. */
const MAX_REASON_BYTES = 123;

export function shortReason(reason = ''): string {
  return Buffer.byteLength(reason) <= MAX_REASON_BYTES ? reason : reason.slice(0, MAX_REASON_BYTES / 3);
}

export function closeSocket(socket: WebSocket, why: Ending): void {
  socket.close(...CLOSE[why]);
}
