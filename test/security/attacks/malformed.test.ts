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

  it('get a 400 in a form', async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ query, variables: '{nope' }).toString(),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual(refused);
  });
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

  it('with 128 multibyte characters that is used twice closes the socket with 4409, within the 123 bytes of a close reason', async () => {
    const socket = await openSocket(app.url, authorization());
    const id = '€'.repeat(128);
    const subscription = { query: 'subscription { changes(organizationId: "x") { cursor } }' };
    socket.send({ id, type: 'subscribe', payload: subscription });
    socket.send({ id, type: 'subscribe', payload: subscription });
    expect((await socket.closed).code).toBe(4409);
  });
});
