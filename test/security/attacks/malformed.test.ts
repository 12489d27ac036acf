/** Malformed requests: each is answered by a client error, and no answer reveals an unexpected error. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { openSocket } from '../../support/rawSocket.ts';

let app: TestApp;
let token: string;
beforeAll(async () => {
  app = await startTestApp();
  token = (await app.signUp()).token;
});
afterAll(() => app.close());

/** Sends a request as it is written here. */
async function send(...lines: string[]): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  const answer = await text(socket);
  return { status: Number(answer.split(' ')[1]), body: answer.slice(answer.indexOf('\r\n\r\n')) };
}

const STACK = /\bat .*\(|node_modules|\.[jt]s:\d|Error:/;

describe('the Host header', () => {
  it.each(['[', 'a b', '%', 'x:99999', '[::1', 'a/b?c', '\\', '^'])(
    '%j is answered with 400 and without a stack',
    async (host) => {
      for (const path of ['/graphql', '/graphql?query={viewer{name}}', '/', '/readyz']) {
        const { status, body } = await send(`GET ${path} HTTP/1.1`, `Host: ${host}`);
        if (URL.canParse(`http://${host}`)) expect(status).not.toBe(500);
        else expect(status).toBe(400);
        expect(body).not.toMatch(STACK);
      }
    },
  );
});

it('a WebSocket with a `Host` that is no host is refused with 400', async () => {
  const { status, body } = await send(
    'GET /graphql HTTP/1.1',
    'Host: [',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
  );
  expect(status).toBe(400);
  expect(body).not.toMatch(STACK);
});

it.each([
  'GET http://[/graphql HTTP/1.1',
  'GET //[ HTTP/1.1',
  'GET /graphql?%zz HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'TRACE /graphql HTTP/1.1',
  'PROPFIND /graphql HTTP/1.1',
  'DELETE /graphql?query={viewer{name}} HTTP/1.1',
])('%s is answered without a stack', async (line) => {
  const { status, body } = await send(line, 'Host: localhost', `Authorization: Bearer ${token}`);
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status).toBeLessThan(500);
  expect(body).not.toMatch(STACK);
});

describe('`variables` that are not JSON', () => {
  const query = '{viewer{name}}';
  const refused = {
    errors: [
      {
        message: 'Send `variables` and `extensions` as JSON.',
        extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) },
      },
    ],
  };

  it.each(['application/json', 'application/graphql-response+json'])(
    'get a 400 in a query string for a client that accepts %s',
    async (accept) => {
      for (const name of ['variables', 'extensions']) {
        const search = new URLSearchParams({ query, [name]: '{nope' });
        const response = await fetch(`${app.url}/graphql?${search}`, {
          headers: { authorization: `Bearer ${token}`, accept },
        });
        expect(response.status).toBe(400);
        expect(await response.json()).toEqual(refused);
      }
    },
  );
});

describe('an operation id of a WebSocket', () => {
  const authorization = () => ({ authorization: `Bearer ${token}` });
  const payload = { query: '{ viewer { name } }' };

  it('with 128 characters is accepted', async () => {
    const socket = await openSocket(app.url, authorization());
    const id = 'x'.repeat(128);
    socket.send({ id, type: 'subscribe', payload });
    expect(await socket.next((message) => message.id === id)).toMatchObject({ type: 'next' });
    await socket.close();
  });

  it('with more than 128 characters closes the socket with 4400', async () => {
    const socket = await openSocket(app.url, authorization());
    socket.send({ id: 'x'.repeat(129), type: 'subscribe', payload });
    expect(await socket.closed).toEqual({ code: 4400, reason: 'The operation id is too long' });
  });

  it('with more than 128 characters closes the socket with 4400 in a `complete`, too', async () => {
    const socket = await openSocket(app.url, authorization());
    socket.send({ id: 'x'.repeat(129), type: 'complete' });
    expect(await socket.closed).toEqual({ code: 4400, reason: 'The operation id is too long' });
  });

  it('with 128 multibyte characters that is used twice closes the socket with 4409, within the 123 bytes of a close reason', async () => {
    const socket = await openSocket(app.url, authorization());
    const id = '€'.repeat(128);
    const subscription = { query: 'subscription { changes(organizationId: "x") { cursor } }' };
    socket.send({ id, type: 'subscribe', payload: subscription });
    socket.send({ id, type: 'subscribe', payload: subscription });
    expect((await socket.closed).code).toBe(4409);
  });
});

describe('a message on a WebSocket', () => {
  const payload = { query: '{ viewer { name } }' };
  const MALFORMED: [name: string, text: string][] = [
    ['no JSON', '{'],
    ['nothing', ''],
    ['null', 'null'],
    ['a number', '7'],
    ['a list', '[]'],
    ['a type that is unknown', '{"type":"nope"}'],
    ['no type', '{"id":"1"}'],
    ['no id', JSON.stringify({ type: 'subscribe', payload })],
    ['an id that is a number', JSON.stringify({ type: 'subscribe', id: 1, payload })],
    ['an empty id', JSON.stringify({ type: 'subscribe', id: '', payload })],
    ['no payload', '{"type":"subscribe","id":"1"}'],
    ['a query that is no text', '{"type":"subscribe","id":"1","payload":{"query":7}}'],
    ['variables that are a list', '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":"x"}}'],
    ['a name that is no text', '{"type":"subscribe","id":"1","payload":{"query":"{a}","operationName":7}}'],
    ['a ping whose payload is a text', '{"type":"ping","payload":"x"}'],
    ['the acknowledgement of a server', '{"type":"connection_ack"}'],
    ['the result of a server', '{"type":"next","id":"1","payload":{"data":{}}}'],
    ['the errors of a server', '{"type":"error","id":"1","payload":[{"message":"x"}]}'],
    ['brackets that overflow a stack', '['.repeat(900_000)],
  ];

  it.each(MALFORMED)('that is %s closes the socket with 4400', async (_, text) => {
    const socket = await openSocket(app.url, { authorization: `Bearer ${token}` });
    socket.sendText(text);
    expect((await socket.closed).code).toBe(4400);
  });

  it('is ignored after one that closed the socket', async () => {
    const socket = await openSocket(app.url, { authorization: `Bearer ${token}` });
    socket.sendText('{');
    socket.send({ id: '1', type: 'subscribe', payload });
    expect(await socket.next(({ id }) => id === '1')).toBeUndefined();
    expect((await socket.closed).code).toBe(4400);
  });
});
