/** The queue's tables: they come with the migrations, and are what the installed pg-boss believes them to be. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { getConstructionPlans, PgBoss } from 'pg-boss';
import { afterAll, expect, it } from '../support/test.ts';

const MIGRATION = join(import.meta.dirname, '../../prisma/migrations/20261125100000_jobs/migration.sql');

let pool: pg.Pool;
it.beforeAll(async ({ database }) => {
  pool = new pg.Pool({ connectionString: database.url });
  // A connection that is being closed may hear first that its database is dropped.
  pool.on('error', () => {});
});
afterAll(async () => {
  await pool.end();
});

const lines = (sql: string) =>
  sql
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('--'));

// Who upgrades pg-boss adds a migration (`getMigrationPlans` writes most of it), and compares the sum of both here.
it('is made by the migration as pg-boss would make it', async () => {
  const planned = lines(getConstructionPlans('pgboss'));
  expect([planned.at(0), planned.at(-1)]).toEqual(['BEGIN;', 'COMMIT;']);
  expect(lines(await readFile(MIGRATION, 'utf8'))).toEqual(planned.slice(1, -1));
});

it('is, once migrated, what pg-boss looks for', async () => {
  const boss = new PgBoss({ db: { executeSql: (text, values) => pool.query(text, values) }, migrate: false });
  expect(await boss.detectSchemaDrift()).toMatchObject({
    ok: true,
    extraIndexes: [],
    missing: [],
    columnDrift: [],
  });
});
