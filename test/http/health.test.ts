/** `/healthz` and `/readyz`. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { startTestApp, type TestApp } from '../support/app.ts';
import { openPsql } from '../support/psql.ts';
import { describe, expect, test } from '../support/test.ts';

/** The tests break their server and its database, so each has its own. */
const it = test.extend('server', async ({ ownDatabase }, { onCleanup }) => {
  const server = await startTestApp({ databaseUrl: ownDatabase.url });
  onCleanup(server.close);
  return server;
});

async function get(app: TestApp, path: string) {
  const response = await fetch(`${app.url}${path}`);
  return {
    status: response.status,
    cache: response.headers.get('cache-control'),
    body: await response.json(),
  };
}

describe('/healthz and /readyz', () => {
  it('answer 200 without a token when every check passes', async ({ server }) => {
    expect(await get(server, '/healthz')).toEqual({ status: 200, cache: 'no-store', body: { alive: true } });
    expect(await get(server, '/readyz')).toEqual({
      status: 200,
      cache: 'no-store',
      body: { ready: true, checks: { database: true, migrations: true, feed: true, sequencer: true } },
    });
  });

  it('report a database without the migrations of this version', async ({ server, ownDatabase }) => {
    await using psql = await openPsql(ownDatabase.url);
    const [newest] = await psql<{ migration_name: string }>(
      'DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations) RETURNING *',
    );
    expect(newest).toBeDefined();
    expect(await get(server, '/readyz')).toMatchObject({
      status: 503,
      body: {
        ready: false,
        checks: { database: true, migrations: false },
        pendingMigrations: [newest?.migration_name],
      },
    });
    expect((await get(server, '/healthz')).status).toBe(200);
  });

  it('report a database that is away, and one that is back', async ({ server, ownDatabase }) => {
    const { pathname } = new URL(ownDatabase.url);
    const name = pathname.slice(1);
    const elsewhere = new URL(ownDatabase.url);
    elsewhere.pathname = '/postgres';
    await using admin = await openPsql(elsewhere.href);
    await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await expect
      .poll(() => get(server, '/readyz'))
      .toMatchObject({ status: 503, body: { ready: false, checks: { database: false, migrations: false } } });
    expect((await get(server, '/healthz')).status).toBe(200);

    await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await expect
      .poll(async () => (await get(server, '/readyz')).body.checks)
      .toMatchObject({ database: true, migrations: true });
  });
});

it('a server that shuts down is not ready, and finishes the requests under way', async ({
  app,
  github,
  team,
}) => {
  const session = await team.spawn();
  team.onGitHub(7);
  const hold = github.holdNext();
  const body = JSON.stringify({
    query: `mutation { claimPR(input: { sessionId: "${session.id}", pr: "7" }) { __typename } }`,
  });

  // On one connection: a server that shuts down accepts no second one.
  const server = await app.startAnother();
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  let answers = '';
  socket.on('data', (text: string) => {
    answers += text;
  });
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: muster\r\nAuthorization: Bearer ${team.owner.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await hold.arrived;
  const closing = server.app.close();
  socket.write('GET /readyz HTTP/1.1\r\nHost: muster\r\n\r\n');
  await expect(fetch(`${server.url}/readyz`)).rejects.toThrow();
  hold.release();
  await Promise.all([closing, once(socket, 'close')]);
  expect(answers).toMatch(/^HTTP\/1\.1 200 [\s\S]*ClaimPRPayload/);
  expect(answers).toMatch(/HTTP\/1\.1 503 [\s\S]*"ready":false/);
});
