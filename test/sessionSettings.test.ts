/** Muster has its own settings in each of its connections, whatever the database or another program sets. */
import pg from 'pg';
import { openDatabase } from '../src/database/db.ts';
import { withSessionSettings } from '../src/database/sessionSettings.ts';
import { withClient } from '../src/embedded/client.ts';
import { connectSequencer, disconnect } from '../src/feed/sequence/connection.ts';
import { databaseCheck } from '../src/http/ops/health.ts';
import { locked } from '../src/migrations/lock.ts';
import { createLogger } from '../src/observe/log.ts';
import { Changes } from './live/documents.ts';
import { startTestApp, type TestApp } from './support/app.ts';
import { createDatabase, createPlainDatabase, type TestDatabase } from './support/database.ts';
import { CreateToken } from './support/mutations.ts';
import { succeeded } from './support/outcome.ts';
import { openPsql } from './support/psql.ts';
import { createTeam, type Team } from './support/team.ts';
import { afterAll, describe, expect, test } from './support/test.ts';

// biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's dependencies from this pattern.
const it = test.extend('limitedDatabase', { scope: 'file' }, async ({}, { onCleanup }) => {
  const database = await createDatabase({ limits: true });
  onCleanup(database.drop);
  return database;
});

const SETTINGS = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  search_path: 'public',
  plan_cache_mode: 'auto',
};
const NO_LIMITS = {
  statement_timeout: '0',
  lock_timeout: '0',
  idle_session_timeout: '0',
  idle_in_transaction_session_timeout: '1min',
};
const POOL_LIMITS = { ...NO_LIMITS, statement_timeout: '30s', lock_timeout: '10s' };

const SHOW = `SELECT json_object_agg(name, current_setting(name)) AS settings
                FROM unnest('{${Object.keys({ ...SETTINGS, ...NO_LIMITS })}}'::text[]) AS name`;
type Shown = { settings: Record<string, string> };
type Run = (sql: string) => Promise<Shown[]>;
type OpenConnection = (url: string, show: (run: Run) => Promise<unknown>) => Promise<unknown>;

const pool =
  (name: 'feedPool' | 'jobPool' | 'checkPool'): OpenConnection =>
  async (url, show) => {
    const db = openDatabase(url);
    await show(async (sql) => (await db[name].query<Shown>(sql)).rows);
    await db.close();
  };

/** How each part of Muster connects, and what it sets itself. */
const CONNECTIONS: [string, Record<string, string>, OpenConnection][] = [
  [
    'the pool of requests',
    POOL_LIMITS,
    async (url, show) => {
      const db = openDatabase(url);
      await show((sql) => db.prisma.$queryRawUnsafe(sql));
      await db.close();
    },
  ],
  ['the pool of the feed', POOL_LIMITS, pool('feedPool')],
  ['the pool of jobs', POOL_LIMITS, pool('jobPool')],
  ['the pool of checks', POOL_LIMITS, pool('checkPool')],
  [
    'the sequencer',
    { ...NO_LIMITS, idle_session_timeout: '10s', plan_cache_mode: 'force_generic_plan' },
    async (url, show) => {
      const { client } = await connectSequencer(url);
      await show(async (sql) => (await client.query<Shown>(sql)).rows);
      await disconnect(client);
    },
  ],
  [
    'a migration',
    NO_LIMITS,
    (url, show) => locked(url, {}, (client) => show(async (sql) => (await client.query<Shown>(sql)).rows)),
  ],
  [
    'the embedded server',
    NO_LIMITS,
    (url, show) => withClient(url, (client) => show(async (sql) => (await client.query<Shown>(sql)).rows)),
  ],
];

it.for(CONNECTIONS)(
  '%s has the settings of Muster on a database with others',
  async ([, limits, open], { limitedDatabase }) => {
    await open(limitedDatabase.url, async (run) => {
      const [shown] = await run(SHOW);
      expect(shown?.settings).toEqual({ ...SETTINGS, ...limits });
    });
  },
);

const DATABASES: [string, () => Promise<TestDatabase>][] = [
  // (All tests of the suite run on a database with other settings, which also has limits here.)
  ['that has tight limits for statements, locks and idle sessions', () => createDatabase({ limits: true })],
  ['with the settings of its server', createPlainDatabase],
];

describe.each(DATABASES)('a server on a database %s', (_, create) => {
  let database: TestDatabase;
  let app: TestApp;
  let team: Team;
  it.beforeAll(async ({ github }) => {
    database = await create();
    app = await startTestApp({
      databaseUrl: database.url,
      github: { apiUrl: github.url, token: github.token },
    });
    team = await createTeam({ app, github }, await app.signUp());
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('is ready', async () => {
    await expect
      .poll(async () => await (await fetch(`${app.url}/readyz`)).json())
      .toMatchObject({
        ready: true,
        checks: { database: true, migrations: true, feed: true, sequencer: true },
      });
  });

  it('lets twelve sessions take over one pull request concurrently', async () => {
    team.onGitHub(7);
    const sessions = await Promise.all(Array.from({ length: 12 }, () => team.spawn()));
    const claims = await Promise.all(sessions.map(({ id }) => team.claim(id, 7)));
    for (const claim of claims) succeeded(claim);
    expect(await team.changes({ types: ['PR_SESSION_CHANGED'] })).toHaveLength(sessions.length - 1);
  });

  it('returns the same times in the feed and in a query', async () => {
    const expiresAt = '2031-02-03T04:05:06.789Z';
    const input = { organizationId: team.id, label: 'feed', expiresAt };
    const { token } = succeeded((await team.owner.query(CreateToken, { input })).createToken);
    const response = await team.owner.raw({
      query: 'query ($id: ID!) { node(id: $id) { ... on Token { createdAt expiresAt } } }',
      variables: { id: token.id },
    });
    const { data } = (await response.json()) as {
      data: { node: { createdAt: string; expiresAt: string } };
    };
    expect(data.node.expiresAt).toBe(expiresAt);
    const created = await team.changes({ types: ['TOKEN_CREATED'] });
    const rows = created.map(({ payload }) => (payload as { row: Record<string, string> }).row);
    const row = rows.find(({ id }) => id === token.id);
    expect(new Date(row?.expiresAt ?? '')).toEqual(new Date(expiresAt));
    expect(new Date(row?.createdAt ?? '')).toEqual(new Date(data.node.createdAt));
  });

  it('closes a socket with 4403 when its token expires', async () => {
    const expiresAt = new Date(Date.now() + 2_000).toISOString();
    const input = { organizationId: team.id, label: 'short', expiresAt };
    const { secret } = succeeded((await team.owner.query(CreateToken, { input })).createToken);
    const client = app.client(secret ?? '');
    await client.subscribe(Changes, { organizationId: team.id });
    expect((await client.closed).code).toBe(4403);
  });
});

it('a server on a database whose search path starts with another schema uses the tables in public', async () => {
  const database = await createDatabase();
  const psql = await openPsql(database.url);
  await psql('CREATE SCHEMA elsewhere');
  await psql('CREATE TABLE elsewhere.session (id uuid)');
  await psql('CREATE TABLE elsewhere.feed_head (position bigint)');
  await psql.close();
  const app = await startTestApp({ databaseUrl: database.url });
  const team = await createTeam({ app }, await app.signUp());
  const { id } = await team.spawn();
  await team.terminate(id);
  expect((await team.changes({ types: ['SESSION_CREATED', 'SESSION_UPDATED'] })).length).toBe(2);
  await app.close();
  await database.drop();
});

it('a server that a pooler connects without its settings is not ready', async ({ ownDatabase }) => {
  const log = createLogger({ level: 'silent' });
  const check = async (connectionString: string) => {
    const pool = new pg.Pool({ connectionString });
    const { checks } = await databaseCheck(pool, log)();
    await pool.end();
    return checks;
  };
  expect(await check(withSessionSettings(ownDatabase.url))).toEqual({ database: true, migrations: true });
  // A pooler that ignores the startup message's options has this effect.
  expect(await check(ownDatabase.url)).toEqual({ database: false, migrations: false });
});

describe('withSessionSettings', () => {
  const optionsIn = (url: string) => new URL(withSessionSettings(url)).searchParams.get('options');

  it('keeps the options of the URL before its own, and all other parameters', () => {
    const url = new URL(
      withSessionSettings(
        'postgres://ann:p%40ss@db.example:6432/muster?sslmode=require&options=-c%20geqo%3Doff&schema=x',
      ),
    );
    expect(url.searchParams.get('options')).toMatch(/^-c geqo=off -c TimeZone=UTC /);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ sslmode: 'require', schema: 'x' });
    expect(url.href).toContain('ann:p%40ss@db.example:6432/muster?');
  });

  it('escapes the spaces in a value', () => {
    expect(optionsIn('postgres://db/muster')).toContain('-c default_transaction_isolation=read\\ committed');
  });

  it('overrides a setting of the URL', async ({ ownDatabase }) => {
    const url = new URL(ownDatabase.url);
    url.searchParams.set('options', '-c TimeZone=Asia/Tokyo -c geqo=off');
    await using psql = await openPsql(withSessionSettings(url.href));
    expect(await psql(`SELECT current_setting('TimeZone') AS zone, current_setting('geqo') AS geqo`)).toEqual(
      [{ zone: 'UTC', geqo: 'off' }],
    );
  });
});
