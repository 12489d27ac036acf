/** A TCP proxy before a server: a network that tests can break. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Proxy = AsyncDisposable & {
  /** The server's URL, through the proxy. */
  url: string;
  /** How many connections there have been. */
  connections(): number;
  /** Fulfilled when a connection is gone; the next one to go, at every call. */
  nextEnd(): Promise<void>;
  /** Leads new connections to another server, or, without one, nowhere. */
  leadTo(url: string | undefined): void;
  /** Breaks every connection. */
  cut(): void;
  /** Breaks each new connection after so many bytes of the server's, as asked for it. */
  cutAfter(bytes: () => number): void;
  /** Shows what clients send. */
  onRequest(listener: (bytes: Buffer) => void): void;
  /** Passes nothing on any more on the connections there are, without breaking them. */
  stall(): void;
};

export async function startProxy(target: string): Promise<Proxy> {
  const open = new Set<[client: Socket, server: Socket]>();
  let onRequest: (bytes: Buffer) => void = () => {};
  let limit = () => Number.POSITIVE_INFINITY;
  let to: URL | undefined = new URL(target);
  let connections = 0;
  let ended = Promise.withResolvers<void>();

  const proxy = createServer((client) => {
    connections += 1;
    if (!to) {
      client.destroy();
      return;
    }
    const server = connect(Number(to.port), to.hostname);
    const pair: [Socket, Socket] = [client, server];
    open.add(pair);
    const end = () => {
      client.destroy();
      server.destroy();
      if (!open.delete(pair)) return;
      ended.resolve();
      ended = Promise.withResolvers();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);

    let left = limit();
    client.on('data', (bytes) => {
      onRequest(bytes);
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      client.write(bytes.subarray(0, left));
      left -= bytes.length;
      // What was let through is to arrive.
      if (left <= 0) client.end(end);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');

  const cut = () => {
    for (const [client] of open) client.destroy();
  };
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    connections: () => connections,
    nextEnd: () => ended.promise,
    leadTo(url) {
      to = url === undefined ? undefined : new URL(url);
    },
    cut,
    cutAfter(bytes) {
      limit = bytes;
    },
    onRequest(listener) {
      onRequest = listener;
    },
    stall() {
      for (const socket of [...open].flat()) socket.pause();
    },
    async [Symbol.asyncDispose]() {
      cut();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
