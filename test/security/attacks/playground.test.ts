/** Clients without a token that request the page of the playground, several megabytes, and stop reading. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, it } from 'vitest';
import { startTarget, type Target } from '../../support/attack/target.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target[Symbol.asyncDispose]());

const CONNECTIONS = 300;
const READ_BYTES = 512 * 1024;

it.each(['identity', 'gzip', 'br'])(
  'the playground serves one shared page to 300 connections that request it in %s and stop reading',
  async (encoding) => {
    const { hostname, port } = new URL(target.url);
    const sockets: Socket[] = [];
    await target.withstands(async () => {
      await Promise.all(
        Array.from({ length: CONNECTIONS }, async () => {
          const socket = connect(Number(port), hostname);
          sockets.push(socket);
          await once(socket, 'connect');
          socket.write(
            `GET /graphql HTTP/1.1\r\nHost: ${hostname}\r\nAccept: text/html\r\nAccept-Encoding: ${encoding}\r\n\r\n`,
          );
          for (let bytes = 0; bytes < READ_BYTES; ) {
            await once(socket, 'readable');
            bytes += socket.read()?.length ?? 0;
          }
        }),
      );
    });
    for (const socket of sockets) socket.destroy();
  },
);
