/** A TCP proxy before a server: a network that tests can interrupt. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Proxy = AsyncDisposable & {
  /** The URL of the server through the proxy. */
  url: string;
  /** The number of connections so far. */
  connections(): number;
  /** Resolves when the next connection ends. */
  nextEnd(): Promise<void>;
  /** Directs new connections to another server, or refuses them without a URL. */
  leadTo(url: string | undefined): void;
  /** Ends every connection. */
  cut(): void;
  /** Ends each new connection after this many bytes of the server. The function is called for each connection. */
  cutAfter(bytes: () => number): void;
  /** Passes the bytes of the clients to a listener. */
  onRequest(listener: (bytes: Buffer) => void): void;
  /** Stops forwarding on the open connections without ending them. */
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
      // The bytes within the limit must still arrive.
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
