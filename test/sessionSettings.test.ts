/** Muster works on a database with other settings than the defaults of PostgreSQL. */
import { withSessionSettings } from '../src/sessionSettings.ts';
import { Changes } from './live/documents.ts';
import { startTestApp, type TestApp } from './support/app.ts';
import { createDatabase, type TestDatabase } from './support/database.ts';
import { CreateToken } from './support/mutations.ts';
import { succeeded } from './support/outcome.ts';
import { openPsql } from './support/psql.ts';
import { createTeam, type Team } from './support/team.ts';
import { afterAll, describe, expect, it } from './support/test.ts';

async function createConfiguredDatabase(settings: Record<string, string>): Promise<TestDatabase> {
  const database = await createDatabase();
  await using psql = await openPsql(database.url);
  for (const [name, value] of Object.entries(settings)) {
    await psql(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET ${name} = ${value}`);
  }
  return database;
}

const CONFIGURED: [string, Record<string, string>][] = [
  [
    'is serializable, in another time zone',
    { default_transaction_isolation: `'serializable'`, TimeZone: `'Pacific/Pago_Pago'` },
  ],
  [
    'is repeatable read, with other styles of text',
    {
      default_transaction_isolation: `'repeatable read'`,
      DateStyle: `'SQL, DMY'`,
      IntervalStyle: `'sql_standard'`,
      bytea_output: `'escape'`,
      standard_conforming_strings: 'off',
    },
  ],
];

describe.each(CONFIGURED)('a server on a database whose default isolation %s', (_, settings) => {
  let database: TestDatabase;
  let app: TestApp;
  let team: Team;
  it.beforeAll(async ({ github }) => {
    database = await createConfiguredDatabase(settings);
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
  const database = await createConfiguredDatabase({ search_path: 'elsewhere, public' });
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

  it('overrides a setting of the URL', async () => {
    const database = await createDatabase();
    const url = new URL(database.url);
    url.searchParams.set('options', '-c TimeZone=Asia/Tokyo -c geqo=off');
    const psql = await openPsql(withSessionSettings(url.href));
    expect(await psql(`SELECT current_setting('TimeZone') AS zone, current_setting('geqo') AS geqo`)).toEqual(
      [{ zone: 'UTC', geqo: 'off' }],
    );
    await psql.close();
    await database.drop();
  });
});
