/** `prisma/sql` is exactly what the migrated database has. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { datamodelDiff } from '../../prisma/migration/datamodelDiff.ts';
import { latestCopies, readSqlFiles, type SqlFile } from '../../prisma/migration/sqlFile.ts';
import { readMigrations } from '../../src/migrations/folder.ts';
import { catalog } from '../support/catalog.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const ROOT = join(import.meta.dirname, '../..');

let database: TestDatabase;
let client: pg.Client;
let files: SqlFile[];
beforeAll(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  files = await readSqlFiles(ROOT);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

it('every file of prisma/sql is in a folder that is replayed', async () => {
  const found = await readdir(join(ROOT, 'prisma/sql'), { recursive: true });
  expect(found.filter((path) => path.endsWith('.sql')).map((path) => `prisma/sql/${path}`)).toHaveLength(
    files.length,
  );
});

it('the latest copies in the migrations equal the files of prisma/sql', async () => {
  const copies = latestCopies((await readMigrations()).map(({ script }) => script));
  expect(Object.fromEntries(copies)).toEqual(
    Object.fromEntries(files.map(({ path, text }) => [path, text.trim()])),
  );
});

it('the data model recorded by the last migration equals prisma/schema.prisma', async () => {
  const read = (path: string) => readFile(join(ROOT, path), 'utf8');
  expect(
    await datamodelDiff(await read('prisma/migrations/schema.prisma'), await read('prisma/schema.prisma')),
  ).toBe('');
});

it('replaying all files of prisma/sql twice changes nothing', async () => {
  const migrated = await catalog(client);
  for (const round of [1, 2]) {
    for (const { text } of files) await client.query(text);
    expect(await catalog(client), `round ${round}`).toEqual(migrated);
  }
});

it('the database has no function, trigger or view that prisma/sql does not define', async () => {
  const defined = files.flatMap(({ text }) =>
    [...text.matchAll(/^CREATE (?:OR REPLACE )?(?:CONSTRAINT )?(FUNCTION|TRIGGER|VIEW) (\w+)/gm)].map(
      ([, kind = '', name]) => `${kind.toLowerCase()} ${name}`,
    ),
  );
  const present = (await catalog(client, 'public'))
    .filter(({ kind }) => ['function', 'trigger', 'view'].includes(kind))
    // The triggers of a partition are those of its table.
    .filter(({ name }) => !/^public\.change_log_\d/.test(name))
    .map(({ kind, name }) => `${kind} ${/(\w+)(?:\(.*\))?$/.exec(name)?.[1]}`);
  expect(present.sort()).toEqual(defined.sort());
});

/** Triggers that fill in values. A replicated or restored row has its values, and new ones would change the copy. */
const NOT_IN_REPLICAS = /_touch$|_numbering$|^session_(number|insert_end|update_end)$|^workspace_path$/;

it('every trigger except those that fill in values fires for any session_replication_role', async () => {
  const { rows } = await client.query<{ name: string; enabled: string }>(
    `SELECT t.tgname AS name, t.tgenabled AS enabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace`,
  );
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.filter(({ name, enabled }) => (enabled === 'A') === NOT_IN_REPLICAS.test(name))).toEqual([]);
});
