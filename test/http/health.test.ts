/** `/healthz` and `/readyz`. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openPsql } from '../support/psql.ts';
import { startWork, type Work } from '../support/work.ts';

let work: Work;
afterEach(() => work.close());

async function get(path: string) {
  const response = await fetch(`${work.app.url}${path}`);
  return {
    status: response.status,
    cache: response.headers.get('cache-control'),
    body: await response.json(),
  };
}

describe('/healthz and /readyz', () => {
  it('answer 200 without a token when every check passes', async () => {
    work = await startWork();
    expect(await get('/healthz')).toEqual({ status: 200, cache: 'no-store', body: { alive: true } });
    expect(await get('/readyz')).toEqual({
      status: 200,
      cache: 'no-store',
      body: { ready: true, checks: { database: true, migrations: true, feed: true, sequencer: true } },
    });
  });

  it('report a database without the migrations of this version', async () => {
    work = await startWork();
    const [newest] = await work.psql<{ migration_name: string }>(
      'DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations) RETURNING *',
    );
    expect(newest).toBeDefined();
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      body: { ready: false, checks: { database: true, migrations: false } },
    });
    expect((await get('/healthz')).status).toBe(200);
  });

  it('report a database that is away, and one that is back', async () => {
    work = await startWork();
    const { pathname } = new URL(work.app.app.db.url);
    const name = pathname.slice(1);
    const elsewhere = new URL(work.app.app.db.url);
    elsewhere.pathname = '/postgres';
    await using admin = await openPsql(elsewhere.href);
    // Our own connection would be cut too.
    await work.psql.close();
    await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await expect
      .poll(() => get('/readyz'), { timeout: 5_000 })
      .toMatchObject({ status: 503, body: { ready: false, checks: { database: false, migrations: false } } });
    expect((await get('/healthz')).status).toBe(200);

    await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await expect
      .poll(async () => (await get('/readyz')).body.checks, { timeout: 5_000 })
      .toMatchObject({ database: true, migrations: true });
  });
});

it('a server that shuts down is not ready, and finishes the requests under way', async () => {
  work = await startWork();
  const team = await work.createTeam();
  const session = await team.spawn();
  team.onGitHub(7);
  const hold = work.github.holdNext();
  const body = JSON.stringify({
    query: `mutation { claimPR(input: { sessionId: "${session.id}", pr: "7" }) { __typename } }`,
  });

  // On one connection: a server that shuts down accepts no second one.
  const server = await work.app.startAnother();
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
