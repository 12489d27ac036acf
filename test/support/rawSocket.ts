/** A WebSocket that speaks `graphql-transport-ws` and returns every message unchanged. */
import { once } from 'node:events';
import WebSocket from 'ws';

export type Message = { type: string; id?: string; payload?: object };

export type RawSocket = {
  send(message: Message): void;
  /** Sends a message as it is written here. */
  sendText(text: string): void;
  /** The next message that passes the test; undefined when the socket closes first. Messages before it are dropped. */
  next(passes: (message: Message) => boolean): Promise<Message | undefined>;
  /** Stops reading until `resume`. */
  pause(): void;
  resume(): void;
  /** Starts the one operation of this socket and returns its messages one by one. */
  messages(payload: object): { next(): Promise<Message | undefined> };
  /** Runs the operation and returns all its messages, up to its completion. */
  operation(payload: object): Promise<Message[]>;
  /** Resolves when either side closes the socket. */
  readonly closed: Promise<{ code: number; reason: string }>;
  close(): Promise<void>;
};

/** Opens a socket. It resolves when the connection is acknowledged or closed. */
export async function openSocket(url: string, connectionParams: object): Promise<RawSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const received: Message[] = [];
  let isClosed = false;
  let wake = () => {};
  const closed = once(socket, 'close').then(([code, reason]) => {
    isClosed = true;
    wake();
    return { code: code as number, reason: String(reason) };
  });
  socket.on('message', (data) => {
    received.push(JSON.parse(String(data)));
    wake();
  });

  /** The next message that passes the test; undefined when the socket closes first. */
  async function next(passes: (message: Message) => boolean): Promise<Message | undefined> {
    for (;;) {
      const message = received.shift();
      if (message && passes(message)) return message;
      if (message) continue;
      if (isClosed) return undefined;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  const send = (message: Message) => socket.send(JSON.stringify(message));

  function messages(payload: object) {
    send({ id: '1', type: 'subscribe', payload });
    return { next: () => next(({ id }) => id === '1') };
  }

  await once(socket, 'open');
  send({ type: 'connection_init', payload: connectionParams });
  await next(({ type }) => type === 'connection_ack');

  return {
    send,
    sendText: (text) => socket.send(text),
    next,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    messages,
    async operation(payload) {
      const { next } = messages(payload);
      const all: Message[] = [];
      for (let message = await next(); message; message = await next()) {
        all.push(message);
        if (message.type !== 'next') break;
      }
      return all;
    },
    closed,
    async close() {
      socket.close();
      await closed;
    },
  };
}
