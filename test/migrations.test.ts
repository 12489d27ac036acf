import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withSessionSettings } from '../src/database/sessionSettings.ts';
import { MigrationError, migrate, pendingMigrations } from '../src/migrations/migrations.ts';
import { catalog } from './support/catalog.ts';
import { createEmptyDatabase, type TestDatabase } from './support/database.ts';
import { migrationList, NO_FILTERS, withPrismaEngine } from './support/prismaEngine.ts';

const PROJECT_MIGRATIONS = join(import.meta.dirname, '../prisma/migrations');

let database: TestDatabase;
let client: pg.Client;
let directory: string;

beforeEach(async () => {
  database = await createEmptyDatabase();
  client = new pg.Client({ connectionString: withSessionSettings(database.url) });
  await client.connect();
  directory = await mkdtemp(join(tmpdir(), 'migrations-'));
});

afterEach(async () => {
  await client.end();
  await database.drop();
  await rm(directory, { recursive: true });
});

async function write(name: string, script: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'migration.sql'), script);
}

const up = () => migrate(database.url, { directory });

async function failure(work: Promise<unknown>): Promise<MigrationError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MigrationError);
  return error as MigrationError;
}

async function recorded(): Promise<string[]> {
  const { rows } = await client.query('SELECT migration_name FROM _prisma_migrations ORDER BY started_at');
  return rows.map((row) => row.migration_name);
}

/** The definition of the table of applied migrations. */
async function tableOfHistory() {
  return (await catalog(client)).filter(({ name }) => name.includes('_prisma_migrations'));
}

async function exists(table: string): Promise<boolean> {
  const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS exists', [table]);
  return rows[0].exists;
}

describe('migrate', () => {
  it('applies migrations in order of name, and none the second time', async () => {
    await write('20260102000000_b', 'ALTER TABLE a ADD COLUMN y int');
    await write('20260101000000_a', 'CREATE TABLE a (x int)');
    await writeFile(join(directory, 'migration_lock.toml'), 'provider = "postgresql"');
    const log: string[] = [];

    expect(await migrate(database.url, { directory, log: (line) => log.push(line) })).toEqual({
      applied: ['20260101000000_a', '20260102000000_b'],
      pending: [],
    });
    expect(log).toEqual(['applying migration 20260101000000_a', 'applying migration 20260102000000_b']);
    expect(await recorded()).toEqual(['20260101000000_a', '20260102000000_b']);
    expect(await up()).toEqual({ applied: [], pending: [] });
  });

  it('writes the rows that Prisma would write', async () => {
    await write('1_a', 'CREATE TABLE a (x int)');
    await up();
    const { rows } = await client.query(
      'SELECT *, finished_at >= started_at AS in_order FROM _prisma_migrations',
    );
    expect(rows).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        checksum: createHash('sha256').update('CREATE TABLE a (x int)').digest('hex'),
        migration_name: '1_a',
        started_at: expect.any(Date),
        finished_at: expect.any(Date),
        in_order: true,
        rolled_back_at: null,
        logs: null,
        applied_steps_count: 1,
      },
    ]);
  });

  it('accepts semicolons in the bodies of functions', async () => {
    await write(
      '1_a',
      `CREATE FUNCTION twice(x int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN x := x * 2; RETURN x; END $$;
       DO $body$ BEGIN PERFORM twice(1); PERFORM ';'; END $body$;`,
    );
    await up();
    expect((await client.query('SELECT twice(21) AS x')).rows).toEqual([{ x: 42 }]);
  });

  it('applies each migration once when three processes start together', async () => {
    await write('1_a', 'CREATE TABLE a (x int); SELECT pg_sleep(0.3)');
    await write('2_b', 'INSERT INTO a VALUES (1)');
    const results = await Promise.all([up(), up(), up()]);
    expect(results.map(({ applied }) => applied).sort()).toEqual([[], [], ['1_a', '2_b']]);
    expect((await client.query('SELECT x FROM a')).rows).toEqual([{ x: 1 }]);
    expect(await recorded()).toEqual(['1_a', '2_b']);
  });

  it('gives up when the lock is not released', async () => {
    await client.query('SELECT pg_advisory_lock(72707369)');
    const error = await failure(migrate(database.url, { directory, lockTimeoutMs: 300 }));
    expect(error.fault).toBe('LOCKED');
  });

  it('applies a migration that sorts before the last applied one, as Prisma does', async () => {
    await write('2_b', 'SELECT 1');
    await up();
    await write('1_a', 'SELECT 1');
    expect((await up()).applied).toEqual(['1_a']);
    expect(await recorded()).toEqual(['2_b', '1_a']);
  });

  it('changes nothing in a dry run', async () => {
    await write('1_a', 'CREATE TABLE a (x int)');
    expect(await migrate(database.url, { directory, dryRun: true })).toEqual({
      applied: [],
      pending: ['1_a'],
    });
    expect([await exists('a'), await exists('_prisma_migrations')]).toEqual([false, false]);
  });

  it('is not limited by the statement timeout of requests', async () => {
    await write('1_a', 'SELECT pg_sleep(0.4)');
    const limited = { connectionString: database.url, statement_timeout: 200 };
    expect((await migrate(limited, { directory })).applied).toEqual(['1_a']);
  });
});

describe('a migration script that fails', () => {
  it('is rolled back and reported with its line', async () => {
    await write('1_a', 'CREATE TABLE a (x int)');
    await write('3_c', 'CREATE TABLE c (x int)');
    await write(
      '2_b',
      'CREATE TABLE b (x int);\n-- 👩‍🚀 é\nINSERT INTO b VALUES (1);\n  INSERT INTO b VALUES (y);\n',
    );

    const error = await failure(up());
    expect(error).toMatchObject({ fault: 'SCRIPT', migrations: ['2_b'] });
    expect(error.message).toMatch(
      /^Migration 2_b failed at line 4 of migration\.sql: column "y" does not exist \(SQLSTATE 42703\)\n {2}line 4: INSERT INTO b VALUES \(y\);\n/,
    );
    expect([await exists('a'), await exists('b'), await exists('c')]).toEqual([true, false, false]);
    expect(await recorded()).toEqual(['1_a']);

    await write('2_b', 'CREATE TABLE b (x int)');
    expect((await up()).applied).toEqual(['2_b', '3_c']);
  });

  it('is reported with the message of PostgreSQL when that has no position', async () => {
    await write(
      '1_a',
      'CREATE TABLE a (x int PRIMARY KEY);\nDO $$ BEGIN INSERT INTO a VALUES (1), (1); END $$;',
    );
    const { message } = await failure(up());
    expect(message).toContain('Migration 1_a failed in migration.sql: duplicate key');
    expect(message).toContain('detail: Key (x)=(1) already exists.');
    expect(message).toContain('where: ');
    expect(await exists('a')).toBe(false);
  });

  it('at the commit is rolled back and reported too', async () => {
    await write(
      '1_a',
      'CREATE TABLE a (x int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO a VALUES (1), (1)',
    );
    expect(await failure(up())).toMatchObject({ fault: 'SCRIPT', migrations: ['1_a'] });
    expect([await exists('a'), await recorded()]).toEqual([false, []]);
  });

  it('because it ends its transaction is rolled back and reported', async () => {
    await write('1_a', 'CREATE TABLE a (x int); COMMIT; CREATE TABLE b (x int)');
    expect((await failure(up())).message).toContain('Migration 1_a ends its transaction');
    expect(await recorded()).toEqual([]);
  });
});

describe('a migration history', () => {
  it('with a changed migration is refused with both checksums', async () => {
    await write('1_a', 'SELECT 1');
    await up();
    await write('1_a', 'SELECT 2');
    await write('2_b', 'CREATE TABLE b (x int)');
    const error = await failure(up());
    expect(error).toMatchObject({ fault: 'CHANGED', migrations: ['1_a'] });
    for (const script of ['SELECT 1', 'SELECT 2']) {
      expect(error.message).toContain(createHash('sha256').update(script).digest('hex'));
    }
    expect(await exists('b')).toBe(false);
  });

  it('with other line ends is accepted', async () => {
    await write('1_a', 'SELECT 1;\r\nSELECT 2;\r\n');
    await write('2_b', 'SELECT 1;\nSELECT 2;\n');
    await up();
    await write('1_a', 'SELECT 1;\nSELECT 2;\n');
    await write('2_b', 'SELECT 1;\r\nSELECT 2;\r\n');
    expect((await up()).applied).toEqual([]);
  });

  it('with the text that a merged migration had before it was edited is accepted', async () => {
    const edited = '20261128060540_session_actors';
    const script = await readFile(join(PROJECT_MIGRATIONS, edited, 'migration.sql'), 'utf8');
    const older = script.replace(/^-- PostgreSQL \(15\.20\) .*\nDROP FUNCTION .*\n\n/m, '');
    await migrate(database.url);
    const record = (name: string, text: string) =>
      client.query('UPDATE _prisma_migrations SET checksum = $2 WHERE migration_name = $1', [
        name,
        createHash('sha256').update(text).digest('hex'),
      ]);
    await record(edited, older);
    expect((await migrate(database.url)).applied).toEqual([]);

    const [other = ''] = await recorded();
    await record(other, older);
    expect(await failure(migrate(database.url))).toMatchObject({ fault: 'CHANGED', migrations: [other] });
  });

  it('with an applied migration that is missing is refused', async () => {
    await write('1_a', 'SELECT 1');
    await write('2_b', 'SELECT 1');
    await up();
    await rm(join(directory, '2_b'), { recursive: true });
    expect(await failure(up())).toMatchObject({ fault: 'MISSING', migrations: ['2_b'] });
  });

  it('with a failure that Prisma recorded is refused with the steps to resolve it', async () => {
    await write('1_a', 'CREATE TABLE a (x int)');
    await write('2_b', 'CREATE TABLE b (x int)');
    await up();
    await client.query(
      "UPDATE _prisma_migrations SET finished_at = NULL, logs = 'boom' WHERE migration_name = '2_b'",
    );
    const error = await failure(up());
    expect(error).toMatchObject({ fault: 'FAILED', migrations: ['2_b'] });
    expect(error.message).toContain('boom');
    expect(error.message).toContain('prisma migrate resolve --rolled-back 2_b');

    await client.query('DROP TABLE b');
    await client.query(/UPDATE .*;/.exec(error.message)?.[0] ?? '');
    expect((await up()).applied).toEqual(['2_b']);
  });

  it('is not started in a schema with other tables', async () => {
    await client.query('CREATE TABLE theirs (x int)');
    await write('1_a', 'SELECT 1');
    const error = await failure(up());
    expect(error.fault).toBe('NOT_EMPTY');
    expect(error.message).toContain('theirs');
  });

  it('is not started in a database with another encoding than UTF8', async () => {
    const latin = new URL(database.url);
    latin.pathname += '_latin';
    const name = latin.pathname.slice(1);
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
    const error = await failure(migrate(latin.href, { directory: PROJECT_MIGRATIONS }));
    await client.query(`DROP DATABASE ${name}`);
    expect(error).toMatchObject({
      fault: 'ENCODING',
      message: `The database has the encoding LATIN1. Use one that was created with ENCODING 'UTF8'.`,
    });
  });

  it('needs every file and a server that it can reach', async () => {
    await mkdir(join(directory, '1_a'));
    expect(await failure(up())).toMatchObject({ fault: 'UNREADABLE', migrations: ['1_a'] });
    expect((await failure(migrate(database.url, { directory: join(directory, 'none') }))).fault).toBe(
      'UNREADABLE',
    );

    const error = await failure(migrate('postgres://someone:s3cret@localhost:1/muster', { directory }));
    expect(error.fault).toBe('UNREACHABLE');
    expect(error.message).toMatch(/^Cannot connect to muster at localhost:1: .*ECONNREFUSED/);
    expect(error.message).not.toContain('s3cret');
  });
});

describe('migrate together with Prisma', () => {
  it('accepts the table as Prisma writes it', async () => {
    const script = 'CREATE TABLE a (x int)';
    await write('1_a', script);
    await write('2_b', 'ALTER TABLE a ADD COLUMN y int');
    await client.query(`
      CREATE TABLE _prisma_migrations (
          id                      VARCHAR(36) PRIMARY KEY NOT NULL,
          checksum                VARCHAR(64) NOT NULL,
          finished_at             TIMESTAMPTZ,
          migration_name          VARCHAR(255) NOT NULL,
          logs                    TEXT,
          rolled_back_at          TIMESTAMPTZ,
          started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
          applied_steps_count     INTEGER NOT NULL DEFAULT 0
      );
      ${script};`);
    // A first attempt that was rolled back, and a second one that succeeded.
    await client.query(
      `INSERT INTO _prisma_migrations VALUES
         ('a4f0bd1e-4f1c-4a35-9d0e-7a2f6c1d9a01', 'of an older file', NULL, '1_a', 'boom', '2026-01-01 10:05Z', '2026-01-01 10:00Z', 0),
         ('a4f0bd1e-4f1c-4a35-9d0e-7a2f6c1d9a02', $1, '2026-01-01 10:10:01Z', '1_a', NULL, NULL, '2026-01-01 10:10Z', 1)`,
      [createHash('sha256').update(script).digest('hex')],
    );
    expect((await up()).applied).toEqual(['2_b']);
  });

  it('leaves Prisma’s engine nothing to apply or report', async () => {
    await migrate(database.url);
    const migrationsList = await migrationList(PROJECT_MIGRATIONS);
    await withPrismaEngine(database.url, async (engine) => {
      const input = { migrationsList, filters: NO_FILTERS };
      expect(await engine.diagnoseMigrationHistory({ ...input, optInToShadowDatabase: false })).toEqual({
        history: null,
        hasMigrationsTable: true,
        failedMigrationNames: [],
        editedMigrationNames: [],
      });
      expect(await engine.applyMigrations(input)).toEqual({ appliedMigrationNames: [] });
    });
  });

  it('alternates with Prisma’s engine on the same table', async () => {
    const withEngine = async () => {
      const migrationsList = await migrationList(directory);
      return withPrismaEngine(database.url, (engine) =>
        engine.applyMigrations({ migrationsList, filters: NO_FILTERS }),
      );
    };
    await write('1_a', 'CREATE TABLE a (x int)');
    expect(await withEngine()).toEqual({ appliedMigrationNames: ['1_a'] });
    const theirs = await tableOfHistory();
    await write('2_b', 'CREATE TABLE b (x int)');
    expect((await up()).applied).toEqual(['2_b']);
    await write('3_c', 'CREATE TABLE c (x int)');
    expect(await withEngine()).toEqual({ appliedMigrationNames: ['3_c'] });
    expect(await recorded()).toEqual(['1_a', '2_b', '3_c']);

    await client.query('DROP TABLE _prisma_migrations, a, b, c');
    await up();
    expect(await tableOfHistory()).toEqual(theirs);
  });
});

describe('pendingMigrations', () => {
  it('returns missing, failed and rolled back migrations, and writes nothing', async () => {
    await write('1_a', 'SELECT 1');
    await write('2_b', 'SELECT 1');
    expect(await pendingMigrations(client, directory)).toEqual(['1_a', '2_b']);
    expect(await exists('_prisma_migrations')).toBe(false);
    await up();
    expect(await pendingMigrations(client, directory)).toEqual([]);
    await client.query("UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '1_a'");
    await client.query("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '2_b'");
    expect(await pendingMigrations(client, directory)).toEqual(['1_a', '2_b']);
  });
});

describe('the migrations of this project', () => {
  it('apply to an empty database and leave nothing pending', async () => {
    const { applied } = await migrate(database.url);
    expect(applied).toEqual(
      (await readdir(PROJECT_MIGRATIONS)).filter((name) => /^\d{14}_/.test(name)).sort(),
    );
    expect(await pendingMigrations(client)).toEqual([]);
  });
});
