/** Unexpected errors: the client receives a request id, the log has the details, and the server goes on. */

import { startApp } from '../../src/app.ts';
import { createLogger } from '../../src/observe/log.ts';
import { globalId } from '../../src/value/globalId.ts';
import { type Client, createClient } from '../support/client.ts';
import { openSocket } from '../support/rawSocket.ts';
import { afterAll, describe, expect, it } from '../support/test.ts';

let session: { id: string };
/** Another server on the same database, whose log the tests read. */
let server: Awaited<ReturnType<typeof startApp>>;
let owner: Client;
const log: string[] = [];

it.beforeAll(async ({ sharedTeam: team, github, database }) => {
  session = await team.spawn();
  server = await startApp(
    {
      databaseUrl: database.url,
      host: '127.0.0.1',
      port: 0,
      scm: 'github',
      github: { apiUrl: github.url, token: github.token },
      redisUrl: undefined,
    },
    createLogger({ level: 'info', destination: { write: (line: string) => void log.push(line) } }),
  );
  await server.ready();
  owner = createClient(server.url, team.owner.token);
});
afterAll(async () => {
  await server.close();
});

const READ = 'query Read($id: ID!) { node(id: $id) { ... on Session { branch } } viewer { name } }';
const ACT = 'mutation Act($id: ID!) { terminateSession(input: { sessionId: $id }) { __typename } }';

/** Details of the error that no answer may contain. */
const TOLD = /_of_old|prisma|postgres|does not exist|invocation|stack|node_modules|\.ts\b/i;

async function answerTo(query: string) {
  const response = await owner.raw({ query, variables: { id: session.id } });
  return { status: response.status, text: await response.text() };
}

/** The line of the log with the request id. */
function logged(requestId: string) {
  return log
    .map((line) => JSON.parse(line))
    .find((line) => line.requestId === requestId && line.level === 'error');
}

describe('a missing column', () => {
  it.beforeEach(({ psql }) => psql('ALTER TABLE session RENAME COLUMN branch TO branch_of_old'));
  it.afterEach(({ psql }) => psql('ALTER TABLE session RENAME COLUMN branch_of_old TO branch'));

  it('fails only its field, and the answer does not name it', async () => {
    const { text } = await answerTo(READ);
    const { data, errors } = JSON.parse(text);
    expect(data).toEqual({ node: null, viewer: { name: 'Ann' } });
    expect(errors).toEqual([
      {
        message: 'Something went wrong on our side. The request id says where to look.',
        locations: expect.any(Array),
        path: ['node'],
        extensions: { code: 'INTERNAL_ERROR', requestId: expect.any(String) },
      },
    ]);
    expect(text).not.toMatch(TOLD);
    expect(JSON.stringify(logged(errors[0].extensions.requestId))).toMatch(/branch/);
  });

  it('fails the whole mutation, and nothing is written', async ({ sharedTeam: team, psql }) => {
    const before = await team.footprint();
    const { text } = await answerTo(ACT);
    const { data, errors } = JSON.parse(text);
    expect(data).toEqual({ terminateSession: null });
    expect(errors).toMatchObject([{ path: ['terminateSession'], extensions: { code: 'INTERNAL_ERROR' } }]);
    expect(text).not.toMatch(TOLD);
    expect(logged(errors[0].extensions.requestId)).toMatchObject({ path: ['terminateSession'] });
    await psql('ALTER TABLE session RENAME COLUMN branch_of_old TO branch');
    expect(await team.footprint()).toEqual(before);
    await psql('ALTER TABLE session RENAME COLUMN branch TO branch_of_old');
  });

  it('leaves the answers of the other mutations as they are', async ({ sharedTeam: team }) => {
    const query = `mutation($id: ID!, $organizationId: ID!, $userId: ID!) {
      createToken(input: { organizationId: $organizationId, userId: $userId, label: "CI" }) {
        ... on CreateTokenPayload { secret }
      }
      terminateSession(input: { sessionId: $id }) { __typename }
    }`;
    const variables = {
      id: session.id,
      organizationId: team.id,
      userId: globalId('User', team.owner.userId),
    };
    const { data, errors } = await (await owner.raw({ query, variables })).json();
    expect(data).toEqual({ createToken: { secret: expect.stringMatching(/^mst_/) }, terminateSession: null });
    expect(errors).toMatchObject([{ path: ['terminateSession'] }]);
  });

  it('is not named over WebSocket either, and the socket stays open', async ({ sharedTeam: team }) => {
    const socket = await openSocket(server.url, { authorization: `Bearer ${team.owner.token}` });
    const messages = await socket.operation({ query: READ, variables: { id: session.id } });
    expect(messages).toMatchObject([
      {
        type: 'next',
        payload: { errors: [{ extensions: { code: 'INTERNAL_ERROR', requestId: expect.any(String) } }] },
      },
      { type: 'complete' },
    ]);
    expect(JSON.stringify(messages)).not.toMatch(TOLD);
    expect(await socket.operation({ query: '{ viewer { name } }' })).toMatchObject([
      { payload: { data: { viewer: { name: 'Ann' } } } },
      { type: 'complete' },
    ]);
    await socket.close();
  });
});

describe('a database that cannot authenticate', () => {
  it.beforeEach(({ psql }) => psql('ALTER TABLE token RENAME COLUMN hash TO hash_of_old'));
  it.afterEach(({ psql }) => psql('ALTER TABLE token RENAME COLUMN hash_of_old TO hash'));

  it('is answered over HTTP with 500, not with 401', async () => {
    const { status, text } = await answerTo(READ);
    expect(status).toBe(500);
    const { errors } = JSON.parse(text);
    expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_ERROR' } }]);
    expect(text).not.toMatch(TOLD);
    expect(logged(errors[0].extensions.requestId)).toBeDefined();
  });

  it('closes a WebSocket with a code that clients retry, not with 4403', async ({ sharedTeam: team }) => {
    const socket = await openSocket(server.url, { authorization: `Bearer ${team.owner.token}` });
    const { code, reason } = await socket.closed;
    expect(code).toBe(1013);
    expect(reason).not.toMatch(TOLD);
  });
});

describe('after unexpected errors', () => {
  it('the server answers', async () => {
    expect(JSON.parse((await answerTo(READ)).text)).toEqual({
      data: { node: { branch: null }, viewer: { name: 'Ann' } },
    });
    expect(JSON.parse((await answerTo(ACT)).text)).toMatchObject({
      data: { terminateSession: { __typename: 'TerminateSessionPayload' } },
    });
  });

  it('the log cuts the names that clients choose', async () => {
    const name = `Named${'x'.repeat(50_000)}`;
    await answerTo(`query ${name}($id: ID!) { node(id: $id) { id } }`);
    const names = log.map((line) => JSON.parse(line).operationName).filter(Boolean);
    expect(names.at(-1)).toBe(name.slice(0, 100));
  });

  it('the log holds no token', ({ sharedTeam: team }) => {
    expect(log.length).toBeGreaterThan(5);
    expect(log.join('')).not.toContain(team.owner.token);
  });
});

describe('a value that the database cannot store', () => {
  it.each([
    ['a NUL in a slug', '{ organization(slug: "\\u0000") { id } }'],
    ['a NUL in a name', 'query { viewer { organizations { nodes { session(name: "\\u0000-1") { id } } } } }'],
    [
      'the year 0 in the audit trail',
      '{ viewer { organizations { nodes { structureEvents(since: "0000-01-01T00:00:00Z") { totalCount } } } } }',
    ],
    [
      'the year 0 in the feed',
      '{ viewer { organizations { nodes { changes(since: "0000-01-01T00:00:00Z") { totalCount } } } } }',
    ],
  ])('is refused as bad input: %s', async (_, query) => {
    const { errors } = JSON.parse((await answerTo(query)).text);
    const codes = errors.map((error: { extensions: { code: string } }) => error.extensions.code);
    expect([...new Set(codes)]).toEqual(['BAD_USER_INPUT']);
  });
});
