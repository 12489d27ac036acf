/** The limits of the HTTP server, lowered, and what a client sees of an unexpected error. */
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { createBoundedServer } from '../../src/http/boundedServer.ts';
import type { HttpLimits } from '../../src/http/httpLimits.ts';
import { listen } from '../../src/http/listen.ts';
import { createLogger } from '../../src/observe/log.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const open: (Server | Socket)[] = [];
const log: string[] = [];
afterEach(() => {
  log.length = 0;
  for (const each of open.splice(0)) {
    if ('destroy' in each) each.destroy();
    else {
      each.close();
      each.closeAllConnections();
    }
  }
});

async function serve(answer: Answer, limits: Partial<HttpLimits> = {}): Promise<string> {
  const logger = createLogger({
    level: 'info',
    destination: { write: (line: string) => void log.push(line) },
  });
  const server = createBoundedServer(answer, logger, limits);
  open.push(server);
  return await listen(server, '127.0.0.1', 0);
}

async function connectTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  open.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const hello: Answer = async (_request, response) => void response.end('hello');
/** More than the buffers of the kernel take. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, 'x');

describe('an unexpected error', () => {
  const ANSWERS: Record<string, Answer> = {
    'thrown at once': () => {
      throw new Error('the secret of /src/x.ts:1');
    },
    'thrown later': async () => {
      await once(new AbortController().signal, 'abort', { signal: AbortSignal.timeout(1) });
    },
    'thrown after the status was set': async (_request, response) => {
      response.statusCode = 200;
      throw new TypeError('the secret');
    },
  };

  it.each(Object.keys(ANSWERS))(
    '%s is generic JSON to the client, and logged under its request id',
    async (name) => {
      const url = await serve(ANSWERS[name] as Answer);
      const response = await fetch(url);
      expect(response.status).toBe(500);
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      const answer = await response.json();
      expect(answer).toEqual({
        errors: [
          {
            message: 'Something went wrong on our side. The request id says where to look.',
            extensions: { code: 'INTERNAL_ERROR', requestId: expect.any(String) },
          },
        ],
      });
      const { requestId } = answer.errors[0].extensions;
      expect(log.map((line) => JSON.parse(line))).toMatchObject([{ level: 'error', requestId }]);
    },
  );

  it('in the middle of an answer breaks the connection, and the server goes on', async () => {
    const url = await serve(async (request, response) => {
      if (request.url === '/') return void response.end('hello');
      response.writeHead(200).write('half');
      throw new Error('the secret');
    });
    const socket = await connectTo(url);
    socket.write(GET.replace('GET /', 'GET /x'));
    expect(await text(socket)).not.toContain('secret');
    expect(log.length).toBe(1);
    expect(await (await fetch(url)).text()).toBe('hello');
  });
});

describe('a connection', () => {
  it('that sends nothing is closed', async () => {
    const socket = await connectTo(await serve(hello, { headersMs: 200, requestMs: 400 }));
    expect(await text(socket)).toMatch(/^(HTTP\/1.1 408|$)/);
  });

  it('that does not finish its headers is closed', async () => {
    const socket = await connectTo(await serve(hello, { headersMs: 200, requestMs: 400 }));
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 408/);
  });

  it('that does not finish its request is closed', async () => {
    const reading: Answer = async (request, response) => {
      for await (const _ of request);
      response.end('read');
    };
    const socket = await connectTo(await serve(reading, { headersMs: 200, requestMs: 400 }));
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nx');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 408|^$/);
  });

  it('beyond the limit is closed, and idle ones make room for the next', async () => {
    const url = await serve(hello, { connections: 2 });
    const idle = await connectTo(url);
    idle.write(GET);
    await once(idle, 'data');
    const silent = await connectTo(url);
    expect(await text(await connectTo(url))).toBe('');
    // The idle one has been closed meanwhile.
    await once(idle, 'close');
    const next = await connectTo(url);
    next.write(GET);
    expect(String(await once(next, 'data'))).toContain('hello');
    silent.write(GET);
    expect(String(await once(silent, 'data'))).toContain('hello');
  });
});

describe('an answer', () => {
  const large: Answer = async (_request, response) => void response.end(LARGE);

  it('of which the client takes nothing is cut off', async () => {
    const closed = Promise.withResolvers<boolean>();
    const url = await serve(
      async (_request, response) => {
        response.once('close', () => closed.resolve(response.writableFinished));
        response.end(LARGE);
      },
      { stuckMs: 500 },
    );
    const socket = await connectTo(url);
    socket.write(GET);
    expect(await closed.promise).toBe(false);
  });

  it('that the client takes too slowly is cut off', async () => {
    const closed = Promise.withResolvers<boolean>();
    const url = await serve(
      async (_request, response) => {
        response.once('close', () => closed.resolve(response.writableFinished));
        response.end(LARGE);
      },
      { takeMs: 1_500 },
    );
    const socket = await connectTo(url);
    socket.write(GET);
    const reading = setInterval(() => socket.read(64 * 1024), 50);
    expect(await closed.promise).toBe(false);
    clearInterval(reading);
  });

  it('that the client reads is complete', async () => {
    const url = await serve(large, { stuckMs: 5_000 });
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(LARGE.length);
  });

  it('is cut off when too many bytes wait in all, until few enough wait', async () => {
    const closed: string[] = [];
    const cut = Promise.withResolvers<void>();
    const url = await serve(
      async (request, response) => {
        response.once('close', () => {
          closed.push(request.url ?? '');
          cut.resolve();
        });
        response.end(LARGE);
      },
      { waitingBytes: 1.5 * LARGE.length },
    );
    for (const path of ['/first', '/second']) {
      (await connectTo(url)).write(GET.replace('GET /', `GET ${path}`));
    }
    await cut.promise;
    expect(closed).toHaveLength(1);
  });
});
