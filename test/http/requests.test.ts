/** Requests that are no valid operation are refused with a code, a status and a request id. */

import { Readable } from 'node:stream';
import type { TestApp } from '../support/app.ts';
import { openSocket } from '../support/rawSocket.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';

const REQUEST_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const get = (team: Team, app: TestApp, path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${app.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${team.owner.token}`, ...headers },
    redirect: 'manual',
  });

const ACT = (team: Team) => ({
  query: `mutation { spawnSession(input: { projectId: "${team.project.id}" }) { __typename } }`,
});

async function expectRefusal(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await response.json()).toEqual({
    errors: [
      { message: expect.any(String), extensions: { code, requestId: expect.stringMatching(REQUEST_ID) } },
    ],
  });
}

describe('a request body', () => {
  it.for([
    ['nothing', '', 400, 'BAD_REQUEST'],
    ['no JSON', 'nonsense', 400, 'BAD_REQUEST'],
    ['half of one', '{"query":"{ viewer', 400, 'BAD_REQUEST'],
    ['null', 'null', 400, 'BAD_REQUEST'],
    [
      'several operations',
      [{ query: '{ viewer { id } }' }, { query: '{ viewer { id } }' }],
      400,
      'BAD_REQUEST',
    ],
    ['a query that is no text', { query: 7 }, 400, 'BAD_REQUEST'],
    ['variables that are no object', { query: '{ viewer { id } }', variables: 'x' }, 400, 'BAD_REQUEST'],
    ['no query', {}, 400, 'BAD_REQUEST'],
    ['no GraphQL', { query: '{' }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{ nope }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a field without its argument', { query: '{ node { id } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a value of another type', { query: '{ node(id: { a: 1 }) { id } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a variable that is missing',
      { query: 'query($id: ID!) { node(id: $id) { id } }' },
      400,
      'BAD_USER_INPUT',
    ],
    [
      'a variable of another type',
      { query: 'query($id: ID!) { node(id: $id) { id } }', variables: { id: {} } },
      400,
      'BAD_USER_INPUT',
    ],
    [
      'an operation that is not in the document',
      { query: 'query A { viewer { id } }', operationName: 'B' },
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    [
      'two operations and no name',
      { query: 'query A { viewer { id } } query B { viewer { id } }' },
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    [
      'more than 1 MB',
      { query: '{ viewer { id } }', variables: { a: 'x'.repeat(1024 * 1024) } },
      413,
      'REQUEST_ENTITY_TOO_LARGE',
    ],
  ] as const)(
    'of %s is refused with a code and a request id',
    async ([_, body, status, code], { sharedTeam: team }) => {
      const response = await team.owner.raw(body, { accept: 'application/graphql-response+json' });
      const answer = await response.json();
      expect({ status: response.status, code: answer.errors?.[0]?.extensions?.code }).toEqual({
        status,
        code,
      });
      expect(answer).not.toHaveProperty('data');
      expect(answer.errors[0].extensions.requestId).toMatch(REQUEST_ID);
      expect(JSON.stringify(answer)).not.toMatch(/stack|node_modules|\.ts:/);
    },
  );

  it('of more than 1 MB is refused when its length is not announced', async ({ sharedTeam: team, app }) => {
    const response = await sendInChunks(app.url, team.owner.token, Array(17).fill('x'.repeat(64 * 1024)));
    await expectRefusal(response, 413, 'REQUEST_ENTITY_TOO_LARGE');
  });

  it('is read when its length is not announced', async ({ sharedTeam: team, app }) => {
    const response = await sendInChunks(app.url, team.owner.token, ['{"query":"{ viewer ', '{ name } }"}']);
    expect(await response.json()).toEqual({ data: { viewer: { name: 'Ann' } } });
  });

  it('of just under 1 MB is accepted', async ({ sharedTeam: team }) => {
    const body = { query: '{ viewer { name } }', variables: { a: 'x'.repeat(1024 * 1024 - 200) } };
    expect(await (await team.owner.raw(body)).json()).toEqual({ data: { viewer: { name: 'Ann' } } });
  });

  it.for([
    ['of type text/plain, which a form of another site could send,', { 'content-type': 'text/plain' }],
    ['of the type that curl sends unless told', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['of the type application/graphql', { 'content-type': 'application/graphql' }],
    ['without a type', { 'content-type': '' }],
  ] as const)('%s is refused', async ([_, headers], { sharedTeam: team }) => {
    const response = await team.owner.raw(ACT(team), headers);
    expect(await response.clone().text()).toContain('`content-type: application/json`');
    await expectRefusal(response, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it.for(['application/json; charset=utf-8', 'application/json;charset=utf-8', 'application/graphql+json'])(
    'of type %s is accepted',
    async (type, { sharedTeam: team }) => {
      const response = await team.owner.raw({ query: '{ viewer { name } }' }, { 'content-type': type });
      expect(await response.json()).toEqual({ data: { viewer: { name: 'Ann' } } });
    },
  );

  it('with several errors is answered with all of them under one request id', async ({
    sharedTeam: team,
  }) => {
    const answer = await (await team.owner.raw({ query: '{ nope viewer { neither } }' })).json();
    expect(answer.errors).toHaveLength(2);
    const ids = answer.errors.map(
      (error: { extensions: { requestId: string } }) => error.extensions.requestId,
    );
    expect(new Set(ids).size).toBe(1);
  });
});

describe('an answer', () => {
  it.for([
    '/graphql?query={viewer{name}}',
    '/graphql?query={',
    '/graphql',
    '/healthz',
    '/metrics',
    '/nothing',
    '/',
  ])('to %s tells browsers not to guess its type', async (path, { sharedTeam: team, app }) => {
    const response = await get(team, app, path);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('that refuses a token tells browsers not to guess its type', async ({ app }) => {
    const response = await app.client().raw({ query: '{ viewer { name } }' });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.for(['image/png', 'text/html', 'application/xml, text/plain;q=0.5'])(
    'as %s is not available, and nothing is executed',
    async (accept, { sharedTeam: team }) => {
      const before = await team.footprint();
      await expectRefusal(await team.owner.raw(ACT(team), { accept }), 406, 'NOT_ACCEPTABLE');
      expect(await team.footprint()).toEqual(before);
    },
  );

  it.for([
    '*/*',
    'application/*',
    'text/html, */*;q=0.1',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
  ])('as %s is JSON', async (accept, { sharedTeam: team }) => {
    const response = await team.owner.raw({ query: '{ viewer { name } }' }, { accept });
    expect(await response.json()).toEqual({ data: { viewer: { name: 'Ann' } } });
  });
});

describe('a page of another origin', () => {
  const origin = 'https://dashboard.example';

  it('may send requests with a token, and without cookies', async ({ sharedTeam: team }) => {
    const response = await team.owner.raw({ query: '{ viewer { name } }' }, { origin });
    expect(response.status).toBe(200);
    expect(['*', origin]).toContain(response.headers.get('access-control-allow-origin'));
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('may send the headers that requests need, and no others', async ({ app }) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type, x-other',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(response.headers.get('access-control-allow-headers')).toBe(
      'authorization, content-type, accept, last-event-id',
    );
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });
});

describe('a message on a WebSocket', () => {
  const open = (team: Team, app: TestApp) =>
    openSocket(app.url, { authorization: `Bearer ${team.owner.token}` });

  it.for([
    ['no GraphQL', '{', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nope }', 'GRAPHQL_VALIDATION_FAILED'],
  ] as const)(
    'with %s is refused with the codes of HTTP, and the socket stays open',
    async ([_, query, code], { sharedTeam: team, app }) => {
      const socket = await open(team, app);
      expect(await socket.operation({ query })).toMatchObject([
        { type: 'error', payload: [{ extensions: { code, requestId: expect.stringMatching(REQUEST_ID) } }] },
      ]);
      expect(await socket.operation({ query: '{ viewer { name } }' })).toMatchObject([
        { type: 'next', payload: { data: { viewer: { name: 'Ann' } } } },
        { type: 'complete' },
      ]);
      await socket.close();
    },
  );

  it('of more than 1 MB closes the socket', async ({ sharedTeam: team, app }) => {
    const socket = await open(team, app);
    await socket.operation({ query: '{ viewer { id } }', variables: { a: 'x'.repeat(1024 * 1024) } });
    expect((await socket.closed).code).toBe(1009);
  });
});

describe('a request by GET', () => {
  it('may be a query', async ({ sharedTeam: team, app }) => {
    const response = await get(team, app, `/graphql?query=${encodeURIComponent('{ viewer { name } }')}`);
    expect(await response.json()).toEqual({ data: { viewer: { name: 'Ann' } } });
  });

  it('is refused when it is a mutation', async ({ sharedTeam: team, app }) => {
    const mutation = `mutation { spawnSession(input: { projectId: "${team.project.id}" }) { __typename } }`;
    const before = await team.footprint();
    const response = await get(team, app, `/graphql?query=${encodeURIComponent(mutation)}`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    expect(await team.footprint()).toEqual(before);
  });

  it.for(['PUT', 'PATCH', 'DELETE'])(
    'or POST is allowed, and %s is refused',
    async (method, { sharedTeam: team, app }) => {
      const response = await get(team, app, '/graphql', {}, method);
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, POST');
    },
  );
});

describe('a path', () => {
  it.for(['/nothing', '/graphql/', '/graphql/x', '/GraphQL', '/healthz/x', '//', '/..%2fpackage.json'])(
    '%s is not found',
    async (path, { sharedTeam: team, app }) => {
      const response = await get(team, app, path);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ message: 'Not found. GraphQL is at /graphql.' });
    },
  );

  it('does not depend on the query string', async ({ sharedTeam: team, app }) => {
    expect((await get(team, app, '/healthz?x=/graphql')).status).toBe(200);
    expect((await get(team, app, '/nothing?x=/healthz')).status).toBe(404);
  });

  it('/ redirects to GraphQL', async ({ sharedTeam: team, app }) => {
    const response = await get(team, app, '/');
    expect([response.status, response.headers.get('location')]).toEqual([302, '/graphql']);
  });
});

describe('a request id', () => {
  it('is unique to each operation', async ({ sharedTeam: team }) => {
    const ids = new Set<string>();
    for (let n = 0; n < 3; n += 1) {
      const { errors } = await (await team.owner.raw({ query: '{ nope }' })).json();
      ids.add(errors[0].extensions.requestId);
    }
    expect(ids.size).toBe(3);
  });

  it('is not taken from a header of the client', async ({ sharedTeam: team }) => {
    const mine = '00000000-0000-4000-8000-000000000001';
    const query = `mutation { spawnSession(input: { projectId: "${team.project.id}" }) {
      ... on SpawnSessionPayload { requestId }
    } }`;
    const answer = await (await team.owner.raw({ query }, { 'x-request-id': mine })).json();
    const { requestId } = answer.data.spawnSession;
    expect(requestId).toMatch(REQUEST_ID);
    expect(requestId).not.toBe(mine);
    expect(await team.changes({ requestId })).toMatchObject([{ type: 'SESSION_CREATED' }]);
  });
});

async function sendInChunks(url: string, token: string, chunks: string[]): Promise<Response> {
  return await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: Readable.toWeb(Readable.from(chunks.map((chunk) => Buffer.from(chunk)))),
    duplex: 'half',
  } as RequestInit);
}
