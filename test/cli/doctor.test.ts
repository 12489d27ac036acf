/** `muster doctor`: what it finds in an installation, and what it repairs. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createEmptyDatabase } from '../support/database.ts';
import { until } from '../support/feed.ts';
import { hasQueues } from '../support/jobs.ts';
import { run } from '../support/process.ts';
import { openPsql } from '../support/psql.ts';
import { startRedis } from '../support/redis.ts';
import { describe, expect, test } from '../support/test.ts';

type Report = {
  isWell: boolean;
  checks: { check: string; status: string; message: string; remedy?: string; repaired?: string }[];
};

async function doctor(env: Record<string, string>, ...options: string[]) {
  const child = run(['doctor', ...options], { MUSTER_SCM: 'demo', ...env });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'close'),
  ]);
  return { code, out, err };
}

async function report(env: Record<string, string>, ...options: string[]) {
  const { code, out } = await doctor(env, '--json', ...options);
  const { isWell, checks } = JSON.parse(out) as Report;
  return { code, isWell, checks, ...Object.fromEntries(checks.map((check) => [check.check, check])) } as {
    code: number;
    isWell: boolean;
    checks: Report['checks'];
    [check: string]: unknown;
  };
}

const DATABASE_CHECKS = [
  'migrations',
  'triggers',
  'constraints',
  'standings',
  'sequencer',
  'retention',
  'jobs',
  'clock',
];

describe('a running installation', () => {
  test('is well: each check is ok or does not apply, and the exit code is 0', async ({
    app: _,
    database,
  }) => {
    const { code, isWell, checks } = await report({ DATABASE_URL: database.url });
    // The suite's own PostgreSQL does without fsync, which is a warning.
    const others = checks.filter(({ check }) => check !== 'settings');
    expect(others.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'database OK',
      ...DATABASE_CHECKS.map((check) => `${check} OK`),
      'redis SKIPPED',
      'github SKIPPED',
      'disk SKIPPED',
    ]);
    expect({ code, isWell }).toEqual({ code: 0, isWell: true });
  });

  test('is described for people, one line for each check', async ({ app: _, database }) => {
    const { code, out } = await doctor({ DATABASE_URL: database.url });
    expect(out).toMatch(/^ok {7}database {5}PostgreSQL \d+\.\d+ .*answers and takes writes\.$/m);
    expect(out.trim().split('\n\n').at(-1)).toMatch(/^(This installation is well\.|1 warning\.)/);
    expect(code).toBe(0);
  });

  test('GitHub answers with the account and the rest of the budget of the token', async ({
    github,
    database,
  }) => {
    const env = { DATABASE_URL: database.url, MUSTER_SCM: 'github', GITHUB_API_URL: github.url };
    expect((await report({ ...env, GITHUB_TOKEN: github.token })).github).toMatchObject({
      status: 'OK',
      message: expect.stringMatching(/^GitHub answers as \S+; 4999 of 5000 points remain until /),
    });
    expect((await report({ ...env, GITHUB_TOKEN: 'wrong' })).github).toMatchObject({
      status: 'FAILURE',
      message: expect.stringContaining('GitHub refused the token'),
    });
    expect((await report(env)).github).toMatchObject({
      status: 'FAILURE',
      message: expect.stringContaining('GITHUB_TOKEN is not set'),
    });
  });
});

describe('an installation whose parts are broken', () => {
  test('a database that does not answer fails one check, and those that need it are skipped', async () => {
    const { code, isWell, checks } = await report({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    expect(checks[0]).toMatchObject({ check: 'database', status: 'FAILURE', remedy: expect.any(String) });
    expect(checks.filter(({ check }) => DATABASE_CHECKS.includes(check)).map(({ status }) => status)).toEqual(
      DATABASE_CHECKS.map(() => 'SKIPPED'),
    );
    expect({ code, isWell }).toEqual({ code: 1, isWell: false });
  });

  test('missing migrations are named', async () => {
    const database = await createEmptyDatabase();
    try {
      expect((await report({ DATABASE_URL: database.url })).migrations).toMatchObject({
        status: 'FAILURE',
        message: expect.stringMatching(/^The database lacks \d+ migrations: 20261125090000_initial, /),
        remedy: 'Apply them: muster migrate',
      });
    } finally {
      await database.drop();
    }
  });

  test('triggers that are disabled or gone are named, and --repair defines them again', async ({
    ownDatabase,
  }) => {
    await using psql = await openPsql(ownDatabase.url);
    await psql('ALTER TABLE session DISABLE TRIGGER session_capture');
    await psql('ALTER TABLE "user" DISABLE TRIGGER user_touch');
    await psql('DROP TRIGGER project_is_kept ON project');
    const env = { DATABASE_URL: ownDatabase.url };
    const broken = await report(env);
    expect(broken.triggers).toMatchObject({ status: 'FAILURE' });
    for (const name of ['session_capture of session', 'user_touch of user', 'project_is_kept of project']) {
      expect((broken.triggers as { message: string }).message).toContain(name);
    }
    expect((await report(env, '--repair')).triggers).toMatchObject({
      status: 'OK',
      repaired: 'Defined 3 triggers again.',
    });
    expect((await report(env)).triggers).toMatchObject({ status: 'OK' });
  });

  test('settings of the server that endanger the data are named', async ({ ownDatabase }) => {
    await using psql = await openPsql(ownDatabase.url);
    const dangers = await psql<{ name: string }>(
      "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'autovacuum') AND setting = 'off'",
    );
    const { settings } = await report({ DATABASE_URL: ownDatabase.url });
    expect(settings).toMatchObject({ status: dangers.length === 0 ? 'OK' : 'WARNING' });
    for (const { name } of dangers) {
      expect((settings as { message: string }).message).toContain(`${name} is off:`);
    }
  });

  test('a constraint that is not valid is named', async ({ ownDatabase }) => {
    await using psql = await openPsql(ownDatabase.url);
    await psql(`ALTER TABLE project ADD CONSTRAINT project_is_odd CHECK (slug <> 'even') NOT VALID`);
    expect((await report({ DATABASE_URL: ownDatabase.url })).constraints).toMatchObject({
      status: 'FAILURE',
      message: 'Not valid: project_is_odd of project.',
    });
  });

  test('sessions whose kept status is wrong or missing are counted, and --repair derives it again', async ({
    ownDatabase,
  }) => {
    await using psql = await openPsql(ownDatabase.url);
    const [organization] = await psql<{ id: string }>(
      `INSERT INTO organization (slug, name) VALUES ('acme', 'Acme') RETURNING id`,
    );
    await psql(
      `WITH p AS (
         INSERT INTO project (organization_id, slug, name) VALUES ($1, 'rocket', 'Rocket') RETURNING id, organization_id
       )
       INSERT INTO session (organization_id, project_id) SELECT organization_id, id FROM p, generate_series(1, 4)`,
      [organization?.id],
    );
    const env = { DATABASE_URL: ownDatabase.url };
    expect((await report(env)).standings).toMatchObject({ status: 'OK' });

    const kept =
      'SELECT session_id, display_status, lane, urgency, rank FROM session_standing ORDER BY session_id';
    const before = await psql<{ session_id: string }>(kept);
    const [status, lane, gone] = before.map(({ session_id }) => session_id);
    await psql(`UPDATE session_standing SET display_status = 'WORKING' WHERE session_id = $1`, [status]);
    await psql(`UPDATE session_standing SET lane = 'NEEDS_YOU', urgency = 1 WHERE session_id = $1`, [lane]);
    await psql('DELETE FROM session_standing WHERE session_id = $1', [gone]);
    expect((await report(env)).standings).toMatchObject({
      status: 'FAILURE',
      message: expect.stringMatching(/^3 sessions /),
      remedy: 'Derive it again: muster doctor --repair',
    });
    expect((await report(env, '--repair')).standings).toMatchObject({
      status: 'OK',
      repaired: 'Derived the status of 3 sessions again.',
    });
    expect(await psql(kept)).toEqual(before);
  });

  test('a feed that no process sequences is a warning, and a failure once a change has waited', async ({
    ownDatabase,
  }) => {
    const env = { DATABASE_URL: ownDatabase.url };
    expect((await report(env)).sequencer).toMatchObject({ status: 'WARNING' });
    await using psql = await openPsql(ownDatabase.url);
    await psql(`INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload, occurred_at)
      VALUES (gen_random_uuid(), 'SESSION_UPDATED', 'Session', gen_random_uuid(), '{}', '{}', now() - interval '1 minute')`);
    expect((await report(env)).sequencer).toMatchObject({
      status: 'FAILURE',
      message: expect.stringMatching(/^No process sequences the feed, and 1 changes wait/),
      remedy: 'Start muster serve or muster sequencer.',
    });
  });

  test('a job that is late and one that has failed for good are reported', async ({
    startServer,
    ownDatabase,
  }) => {
    const server = await startServer();
    await using psql = await openPsql(ownDatabase.url);
    await until(() => hasQueues(psql));
    await server.stop();
    const env = { DATABASE_URL: ownDatabase.url };
    await psql('DELETE FROM pgboss.job');
    await psql(`INSERT INTO pgboss.job (name, data, source_name) VALUES ('dead', '{}', 'agent.start')`);
    expect((await report(env)).jobs).toMatchObject({
      status: 'WARNING',
      message: 'Some jobs have failed for good: 1 of agent.start.',
    });
    await psql(
      `INSERT INTO pgboss.job (name, data, start_after) VALUES ('agent.teardown', '{}', now() - interval '1 hour')`,
    );
    expect((await report(env)).jobs).toMatchObject({
      status: 'FAILURE',
      message: expect.stringMatching(/^Jobs wait too long: agent\.teardown \(36\d\d s\)\.$/),
    });
  });

  test('Redis that carries a message is ok, and one that is gone is a warning', async ({
    ownDatabase,
    skip,
  }) => {
    const redis = await startRedis();
    if (!redis) return skip('no redis-server on PATH');
    const env = { DATABASE_URL: ownDatabase.url, REDIS_URL: redis.url };
    expect((await report(env)).redis).toMatchObject({ status: 'OK' });
    await redis.stop();
    expect((await report(env)).redis).toMatchObject({ status: 'WARNING', remedy: expect.any(String) });
  });

  test('a directory without an embedded database gets none, and the exit code is 1', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'muster-doctor-'));
    try {
      const { code, err } = await doctor({ MUSTER_DATA_DIR: directory });
      expect(err).toContain('There is no embedded database');
      expect(code).toBe(1);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
