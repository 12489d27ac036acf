/** Protocol cases that Muster's server cannot produce on demand, with scripted servers. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ConnectionLostError, OperationError, type SubscriptionStatus } from '../../src/client/index.ts';
import { connect } from './muster.ts';

type Server = AsyncDisposable & { url: string };

/** The cursors that the client sent, one per connection. */
type Afters = (string | undefined)[];

const QUERY = 'subscription ($after: String) { changes(organizationId: "x", after: $after) { cursor } }';
const result = (cursor: string) => ({ data: { changes: { cursor } } });
const error = (code: string) => ({ data: null, errors: [{ message: code, extensions: { code } }] });

/** Takes the expected number of events, and returns their cursors and the client's state. */
async function hear(url: string, transport: 'websocket' | 'sse', count: number) {
  const causes: Error[] = [];
  const onStatus = (status: SubscriptionStatus) => {
    if (status.state === 'waiting') causes.push(status.cause);
  };
  const backoff = { initialMs: 1, maxMs: 2 };
  const events = connect(url, 'secret', { transport, backoff }).subscribe({ query: QUERY, onStatus });
  const cursors: string[] = [];
  while (cursors.length < count) {
    const { done, value } = await events.next();
    if (done) break;
    cursors.push(value.cursor);
  }
  return { cursors, causes, events };
}

describe('over WebSocket', () => {
  /** Serves each connection with the next script. */
  async function serve(scripts: ((say: (message: object) => void, socket: WebSocket) => void)[]) {
    const afters: Afters = [];
    const sockets = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      handleProtocols: () => 'graphql-transport-ws',
    });
    await once(sockets, 'listening');
    sockets.on('connection', (socket) => {
      const say = (message: object) => socket.send(JSON.stringify(message));
      socket.on('message', (data) => {
        const { type, payload } = JSON.parse(String(data));
        if (type === 'connection_init') {
          expect(payload).toEqual({ authorization: 'Bearer secret' });
          say({ type: 'connection_ack' });
        }
        if (type !== 'subscribe') return;
        afters.push(payload.variables.after);
        scripts[afters.length - 1]?.(say, socket);
      });
    });
    const server: Server & { afters: Afters } = {
      afters,
      url: `http://127.0.0.1:${(sockets.address() as AddressInfo).port}`,
      async [Symbol.asyncDispose]() {
        for (const socket of sockets.clients) socket.terminate();
        sockets.close();
        await once(sockets, 'close');
      },
    };
    return server;
  }

  const next = (cursor: string) => ({ id: '1', type: 'next', payload: result(cursor) });
  const heartbeat = (cursor: string, ...subscriptions: string[]) => ({
    type: 'ping',
    payload: { cursor, subscriptions },
  });

  it.each([1001, 1011, 1012, 1013, 4408, 4500])('reconnects after close code %d', async (code) => {
    await using server = await serve([
      (say, socket) => {
        say(next('a'));
        socket.close(code);
      },
      (say) => say(next('b')),
    ]);
    const { cursors, causes, events } = await hear(server.url, 'websocket', 2);
    expect(cursors).toEqual(['a', 'b']);
    expect(server.afters).toEqual([undefined, 'a']);
    expect(causes).toMatchObject([{ name: 'ConnectionLostError', closeCode: code }]);
    await events.return();
  });

  it.each([4400, 4406, 4429])('ends after close code %d', async (code) => {
    await using server = await serve([(_, socket) => socket.close(code)]);
    await expect(hear(server.url, 'websocket', 1)).rejects.toMatchObject({ name: 'ProtocolError' });
  });

  it('does not repeat an event after a heartbeat with an earlier cursor', async () => {
    await using server = await serve([
      (say, socket) => {
        say(next('1'));
        say(next('2'));
        say(heartbeat('1', '1'));
        socket.close(1012);
      },
      (say) => {
        say(next('2'));
        say(next('3'));
      },
    ]);
    const { cursors, events } = await hear(server.url, 'websocket', 3);
    expect(cursors).toEqual(['1', '2', '3']);
    expect(server.afters).toEqual([undefined, '1']);
    await events.return();
  });

  it('advances only by heartbeats that name its subscription', async () => {
    await using server = await serve([
      (say, socket) => {
        say(heartbeat('mine', '1', '2'));
        say(heartbeat('of another', '2'));
        say({ type: 'ping' });
        socket.close(1012);
      },
      (say) => say(next('a')),
    ]);
    const { events } = await hear(server.url, 'websocket', 1);
    expect(server.afters).toEqual([undefined, 'mine']);
    await events.return();
  });

  it('reconnects when the server completes the subscription without a reason', async () => {
    await using server = await serve([
      (say) => {
        say(next('a'));
        say({ id: '1', type: 'complete' });
      },
      (say) => say(next('b')),
    ]);
    const { cursors, events } = await hear(server.url, 'websocket', 2);
    expect(cursors).toEqual(['a', 'b']);
    await events.return();
  });

  it('retries an event with INTERNAL_ERROR, and ends when it always fails', async () => {
    const fail = (say: (message: object) => void) => {
      say(heartbeat('a', '1'));
      say({ id: '1', type: 'next', payload: error('INTERNAL_ERROR') });
    };
    await using server = await serve([
      (say) => say({ id: '1', type: 'error', payload: error('INTERNAL_ERROR').errors }),
      (say) => {
        say(next('a'));
        fail(say);
      },
      (say) => say(next('b')),
      ...Array<typeof fail>(20).fill(fail),
    ]);
    const { cursors, events } = await hear(server.url, 'websocket', 2);
    expect(cursors).toEqual(['a', 'b']);
    await events.return();

    await using broken = await serve(Array<typeof fail>(20).fill(fail));
    await expect(hear(broken.url, 'websocket', 1)).rejects.toBeInstanceOf(OperationError);
    expect(broken.afters.length).toBeLessThan(20);
  });

  it('refuses events without a cursor', async () => {
    await using server = await serve([
      (say) => say({ id: '1', type: 'next', payload: { data: { changes: null } } }),
    ]);
    await expect(hear(server.url, 'websocket', 1)).rejects.toMatchObject({ name: 'ProtocolError' });
  });
});

describe('over Server-Sent Events', () => {
  async function serve(scripts: ((response: ServerResponse) => void)[]) {
    const afters: Afters = [];
    const server = createServer(async (request, response) => {
      const body = JSON.parse((await request.toArray()).join(''));
      expect(request.headers).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer secret' });
      afters.push(body.variables.after);
      scripts[afters.length - 1]?.(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const serving: Server & { afters: Afters } = {
      afters,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      },
    };
    return serving;
  }

  const stream = (response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' });
  const next = (cursor: string) => `event: next\nid: ${cursor}\ndata: ${JSON.stringify(result(cursor))}\n\n`;
  const lagged = `event: next\ndata: ${JSON.stringify(error('LAGGED'))}\n\nevent: complete\ndata:\n\n`;

  it('reconnects after every temporary failure', async () => {
    await using server = await serve([
      (response) => stream(response).end(`:\n\n${next('a')}${next('cut off').slice(0, -1)}`),
      (response) => stream(response).end(`${next('b')}id: beyond\n\n`),
      (response) => stream(response).end(`${next('c')}${lagged}`),
      (response) => response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Deploying</h1>'),
      (response) => response.writeHead(429).end(),
      (response) => response.destroy(),
      (response) => stream(response).write(next('d')),
    ]);
    const { cursors, causes, events } = await hear(server.url, 'sse', 4);
    expect(cursors).toEqual(['a', 'b', 'c', 'd']);
    expect(server.afters).toEqual([undefined, 'a', 'beyond', 'c', 'c', 'c', 'c']);
    expect(causes.every((cause) => cause instanceof ConnectionLostError)).toBe(true);
    await events.return();
  });

  it.each([
    [401, 'AccessDeniedError', ''],
    [403, 'AccessDeniedError', '<h1>Forbidden</h1>'],
    [404, 'ProtocolError', '<h1>Not found</h1>'],
    [400, 'OperationError', JSON.stringify(error('GRAPHQL_VALIDATION_FAILED'))],
    [200, 'OperationError', JSON.stringify(error('NOT_FOUND'))],
    [200, 'CursorExpiredError', JSON.stringify(error('CURSOR_EXPIRED'))],
    [200, 'ProtocolError', 'null'],
  ])('gives up after status %d, with %s', async (status, name, body) => {
    await using server = await serve([
      (response) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
    ]);
    await expect(hear(server.url, 'sse', 1)).rejects.toMatchObject({ name });
  });

  it('parses every form of the format, however it is split into chunks', async () => {
    const data = JSON.stringify({ data: { changes: { cursor: 'ü€𝄞' } } }, null, 1);
    const written = [
      ': welcome\r\n\r\n',
      'retry: 10\r\n\r\n',
      'event:next\r\nid\r\n',
      ...data.split('\n').map((line) => `data:${line}\r\n`),
      '\r\n',
      next('b').replaceAll('\n', '\r'),
      next('c'),
    ].join('');
    await using server = await serve([
      async (response) => {
        stream(response);
        for (const byte of Buffer.from(written)) {
          await new Promise((resolve) => response.write(Buffer.of(byte), resolve));
        }
      },
    ]);
    const { cursors, events } = await hear(server.url, 'sse', 3);
    expect(cursors).toEqual(['ü€𝄞', 'b', 'c']);
    await events.return();
  });
});
