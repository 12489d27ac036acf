/** The migrations create the queue's tables as the installed pg-boss expects them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { getConstructionPlans, PgBoss } from 'pg-boss';
import { afterAll, expect, it } from '../support/test.ts';

const MIGRATION = join(import.meta.dirname, '../../prisma/migrations/20261125100000_jobs/migration.sql');

let pool: pg.Pool;
it.beforeAll(async ({ database }) => {
  pool = new pg.Pool({ connectionString: database.url });
  // Dropping the database may break a connection that is being closed.
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

// An upgrade of pg-boss needs a migration (`getMigrationPlans` prints most of it). This test compares the results.
it('the migrations create the same schema as pg-boss', async () => {
  const planned = lines(getConstructionPlans('pgboss'));
  expect([planned.at(0), planned.at(-1)]).toEqual(['BEGIN;', 'COMMIT;']);
  expect(lines(await readFile(MIGRATION, 'utf8'))).toEqual(planned.slice(1, -1));
});

it('the migrated schema has the version that pg-boss expects', async () => {
  const boss = new PgBoss({ db: { executeSql: (text, values) => pool.query(text, values) }, migrate: false });
  expect(await boss.detectSchemaDrift()).toMatchObject({
    ok: true,
    extraIndexes: [],
    missing: [],
    columnDrift: [],
  });
});
