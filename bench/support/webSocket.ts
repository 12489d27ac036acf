/**
 * A WebSocket client that only takes frames apart, so that a load generator can read many times what a server sends. It
 * knows what servers send here: no compression, no fragments.
 */
import { connect, type Socket } from 'node:net';

/** Control frames, and the text of messages. */
const [TEXT, PING, PONG] = [0x1, 0x9, 0xa];
const END_OF_HEAD = Buffer.from('\r\n\r\n');

export type WebSocketClient = { send(message: object): void; close(): void };

type Handlers = {
  open(): void;
  /** A text message lies between two positions of the buffer. */
  message(buffer: Buffer, start: number, end: number): void;
  /** The connection ended without `close()`. */
  lost(reason: string): void;
};

export function openWebSocket(url: string, handlers: Handlers): WebSocketClient {
  const { hostname, port, pathname, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  let isClosing = false;
  let isOpen = false;
  let unread: Buffer = Buffer.alloc(0);
  socket.on('connect', () => {
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
    );
  });
  socket.on('data', (chunk) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    if (!isOpen) {
      const end = unread.indexOf(END_OF_HEAD);
      if (end < 0) return;
      if (!unread.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
        throw new Error(`${url} answered ${unread.toString()}`);
      }
      unread = unread.subarray(end + END_OF_HEAD.length);
      isOpen = true;
      handlers.open();
    }
    unread = readFrames(socket, unread, handlers);
  });
  const lost = (reason: string) => {
    if (!isClosing) handlers.lost(reason);
    isClosing = true;
  };
  socket.on('error', (error) => lost(error.message));
  socket.on('close', () => lost(`closed after ${unread.toString()}`));
  return {
    send: (message) => void socket.write(frame(TEXT, Buffer.from(JSON.stringify(message)))),
    close() {
      isClosing = true;
      socket.destroy();
    },
  };
}

/** Handles all complete frames and returns the bytes after them. */
function readFrames(socket: Socket, buffer: Buffer, handlers: Handlers): Buffer {
  let at = 0;
  for (;;) {
    if (buffer.length < at + 2) break;
    const short = buffer.readUInt8(at + 1);
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    if (buffer.length < start) break;
    const length =
      short < 126
        ? short
        : short === 126
          ? buffer.readUInt16BE(at + 2)
          : Number(buffer.readBigUInt64BE(at + 2));
    const end = start + length;
    if (buffer.length < end) break;
    const opcode = buffer.readUInt8(at) & 0xf;
    if (opcode === TEXT) handlers.message(buffer, start, end);
    else if (opcode === PING) socket.write(frame(PONG, buffer.subarray(start, end)));
    at = end;
  }
  return buffer.subarray(at);
}

/** A client must mask. The mask of zeros leaves the bytes as they are. */
function frame(opcode: number, body: Buffer): Buffer {
  const head =
    body.length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | body.length])
      : Buffer.from([0x80 | opcode, 0xfe, 0, 0]);
  if (body.length >= 126) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, Buffer.alloc(4), body]);
}
