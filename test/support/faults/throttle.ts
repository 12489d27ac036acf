/** A proxy that limits the rate of a server's bytes. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Throttle = AsyncDisposable & {
  url: string;
  /** Lifts the limit. */
  release(): void;
};

const TICK_MS = 250;

export async function startThrottle(target: string, bytesPerSecond: number): Promise<Throttle> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isReleased = false;

  const network = createServer((client) => {
    const server = connect(Number(port), hostname);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.pipe(server);
    const pass = (): void => {
      const bytes = isReleased ? server.read() : read(server, (bytesPerSecond * TICK_MS) / 1000);
      if (bytes) client.write(bytes);
    };
    const timer = setInterval(pass, TICK_MS);
    server.on('readable', () => isReleased && pass());
    server.on('close', () => {
      clearInterval(timer);
      client.end();
    });
    client.on('close', () => server.destroy());
  });
  network.listen(0, '127.0.0.1');
  await once(network, 'listening');
  return {
    url: `http://127.0.0.1:${(network.address() as AddressInfo).port}`,
    release() {
      isReleased = true;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      network.close();
      await once(network, 'close');
    },
  };
}

/** Reads at most this many bytes. `read(n)` alone returns null while fewer are buffered. */
function read(socket: Socket, limit: number): Buffer | null {
  return socket.read(Math.min(limit, socket.readableLength) || undefined);
}
