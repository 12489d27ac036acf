/** `npm run migration`: the files that it writes. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeMigration } from '../../prisma/migration/writeMigration.ts';
import { migrate } from '../../src/migrations/migrations.ts';
import { createEmptyDatabase } from '../support/database.ts';

const datamodel = (...fields: string[]) =>
  `datasource db {\n  provider = "postgresql"\n}\n\nmodel thing {\n  id Int @id\n${fields.map((each) => `  ${each}\n`).join('')}}\n`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'migration-'));
  await mkdir(join(root, 'prisma/migrations'), { recursive: true });
  await put('prisma/schema.prisma', datamodel());
});
afterEach(() => rm(root, { recursive: true }));

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

let minute = 0;
async function written(name: string): Promise<string | undefined> {
  minute += 1;
  const path = await writeMigration(root, name, new Date(Date.UTC(2026, 0, 2, 3, minute)));
  return path && (await readFile(join(root, path), 'utf8'));
}

const FUNCTION = 'CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql IMMUTABLE RETURN 1;\n';
const RULE =
  'CREATE OR REPLACE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n';
const VIEW = 'DROP VIEW IF EXISTS seen;\nCREATE VIEW seen AS SELECT id FROM thing;\n';

describe('a migration', () => {
  it('has functions first, then tables, then rules, captures and views', async () => {
    await put('prisma/sql/view/a.sql', VIEW);
    await put('prisma/sql/rule/z.sql', RULE);
    await put('prisma/sql/function/one.sql', FUNCTION);
    await put('prisma/schema.prisma', datamodel('size Int @default(dbgenerated("one()"))'));
    const script = (await written('initial')) ?? '';
    const order = [
      '>>> prisma/sql/function/one.sql',
      'CREATE TABLE "thing"',
      '>>> prisma/sql/rule/z.sql',
      '>>> prisma/sql/view/a.sql',
    ];
    expect(order.map((part) => script.indexOf(part))).toEqual(
      order.map((part) => script.indexOf(part)).toSorted((a, b) => a - b),
    );
    expect(order.filter((part) => !script.includes(part))).toEqual([]);
    expect(script).toContain('By hand');
  });

  it('is named after the time', async () => {
    expect(await writeMigration(root, 'first', new Date('2026-01-02T03:04:05.678Z'))).toBe(
      'prisma/migrations/20260102030405_first/migration.sql',
    );
  });

  it('has only the changes since the last migration', async () => {
    await put('prisma/sql/rule/z.sql', RULE);
    await put('prisma/sql/view/a.sql', VIEW);
    await written('initial');
    await put('prisma/sql/view/a.sql', VIEW.replace('SELECT id', 'SELECT id AS name'));
    await put('prisma/schema.prisma', datamodel('size Int?'));
    const script = (await written('second')) ?? '';
    expect(script).toMatch(/ALTER TABLE "thing" ADD COLUMN +"size" INTEGER;/);
    expect(script).toContain('SELECT id AS name');
    expect(script).not.toContain('prisma/sql/rule');
  });

  it('is not written when nothing has changed', async () => {
    await put('prisma/sql/rule/z.sql', RULE);
    await written('initial');
    await put('prisma/schema.prisma', `// A comment.\n${datamodel()}`);
    expect(await written('second')).toBeUndefined();
    expect(await readdir(join(root, 'prisma/migrations'))).toHaveLength(2);
  });

  it('names a removed file once', async () => {
    await put('prisma/sql/view/a.sql', VIEW);
    await written('initial');
    await rm(join(root, 'prisma/sql/view/a.sql'));
    expect(await written('second')).toContain('-- >>> prisma/sql/view/a.sql\n-- removed');
    expect(await written('third')).toBeUndefined();
    await put('prisma/sql/view/a.sql', VIEW);
    expect(await written('fourth')).toContain('CREATE VIEW seen');
  });
});

it('the written migrations of a project apply in order', async () => {
  const database = await createEmptyDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await put('prisma/sql/function/one.sql', FUNCTION);
    await put('prisma/sql/view/a.sql', VIEW);
    await written('initial');
    await put('prisma/schema.prisma', datamodel('size Int @default(dbgenerated("one()"))'));
    await put('prisma/sql/view/a.sql', VIEW.replace('SELECT id', 'SELECT id, size'));
    await written('second');
    const { applied } = await migrate(database.url, { directory: join(root, 'prisma/migrations') });
    expect(applied).toHaveLength(2);
    await client.query('INSERT INTO thing (id) VALUES (7)');
    expect((await client.query('SELECT * FROM seen')).rows).toEqual([{ id: 7, size: 1 }]);
  } finally {
    await client.end();
    await database.drop();
  }
});
