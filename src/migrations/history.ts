import type pg from 'pg';
import { MigrationError, type MigrationFault } from './error.ts';
import { checksum, type Migration, matchesChecksum } from './folder.ts';

/** The table exactly as Prisma makes it. */
export const HISTORY_DDL = `
  CREATE TABLE _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

/** `now()` is when the migration's transaction began. */
export const RECORD_APPLIED = `
  INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
  VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`;

/** A client, a pooled one, or the pool. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export type HistoryRow = {
  id: string;
  migration_name: string;
  checksum: string;
  /** Null: it failed. */
  finished_at: Date | null;
  logs: string | null;
};

/** What counts as applied or failed, in the order in which it was; undefined when there is no table. */
export async function readHistory(client: Queryable): Promise<HistoryRow[] | undefined> {
  // Asked first, since a failing query would spoil a transaction that the caller may be in.
  const { rows: tables } = await client.query(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists",
  );
  if (!tables[0].exists) return undefined;
  const { rows } = await client.query<HistoryRow>(
    `SELECT id, migration_name, checksum, finished_at, logs FROM _prisma_migrations
     WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name`,
  );
  return rows;
}

/** Prisma refuses this too: a DATABASE_URL that points at another program's database must not be filled by us. */
export async function refuseForeignSchema(client: Queryable): Promise<void> {
  const { rows } = await client.query<{ schema: string; table: string }>(
    `SELECT n.nspname AS schema, c.relname AS table FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     ORDER BY c.relname LIMIT 5`,
  );
  if (rows.length === 0) return;
  throw new MigrationError(
    'NOT_EMPTY',
    [],
    `The schema ${rows[0]?.schema} has no migration history, yet holds tables (${rows.map((row) => row.table).join(', ')}). Use a database of its own, or record what is already applied with "prisma migrate resolve --applied".`,
  );
}

/** A database with another encoding cannot store every text that clients send. Its encoding never changes. */
export async function refuseEncoding(client: Queryable): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>('SHOW server_encoding');
  const encoding = rows[0]?.server_encoding;
  if (encoding === 'UTF8') return;
  throw new MigrationError(
    'ENCODING',
    [],
    `The database has the encoding ${encoding}. Use one that was created with ENCODING 'UTF8'.`,
  );
}

/** A history may lack migrations of the folder, and otherwise differ from it in nothing. */
export function refuseDifference(migrations: readonly Migration[], history: readonly HistoryRow[]): void {
  const failed = history.filter((row) => row.finished_at === null);
  refuse('FAILED', failed, (row) =>
    [
      `Migration ${row.migration_name} is recorded as failed.${row.logs ? ` Its log: ${row.logs.trim()}` : ''}`,
      'Put right what it left half done. Then have it applied again, by',
      `  prisma migrate resolve --rolled-back ${row.migration_name}`,
      'or, without Prisma,',
      `  UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = '${row.id}';`,
    ].join('\n'),
  );

  const files = new Map(migrations.map((migration) => [migration.name, migration]));
  const changed = history.filter((row) => {
    const migration = files.get(row.migration_name);
    return migration !== undefined && !matchesChecksum(migration, row.checksum);
  });
  refuse('CHANGED', changed, (row) => {
    const now = checksum(files.get(row.migration_name)?.script ?? '');
    return `Migration ${row.migration_name} was changed after it was applied: applied ${row.checksum}, now ${now}. Restore the file, and put the change into a new migration.`;
  });

  const missing = history.filter((row) => !files.has(row.migration_name));
  refuse(
    'MISSING',
    missing,
    (row) =>
      `Migration ${row.migration_name} was applied to this database, but the folder does not have it. Is the program older than the database?`,
  );
}

function refuse(
  fault: MigrationFault,
  rows: readonly HistoryRow[],
  describe: (row: HistoryRow) => string,
): void {
  if (rows.length === 0) return;
  throw new MigrationError(
    fault,
    rows.map((row) => row.migration_name),
    rows.map(describe).join('\n'),
  );
}
