import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { checksum, readMigrations, readNames } from './folder.ts';
import {
  HISTORY_DDL,
  type Queryable,
  RECORD_APPLIED,
  readHistory,
  refuseDifference,
  refuseEncoding,
  refuseForeignSchema,
} from './history.ts';
import { type LockOptions, locked } from './lock.ts';
import { runScript } from './script.ts';

export { MigrationError, type MigrationFault } from './error.ts';

export type MigrationOptions = LockOptions & {
  /** Where the migrations are. Default: the project's own. */
  directory?: string;
};

/**
 * Applies what is not yet applied of `prisma/migrations/<name>/migration.sql`, in order of name, each migration in a
 * transaction of its own. Any number of processes may do this at once: one works, the others wait and then find nothing
 * to do.
 *
 * Prisma's command line would download an engine for this. The bookkeeping is Prisma's own: table, rows, checksums and
 * advisory lock, so that `prisma migrate deploy` may take turns with it. Two things are stricter here: a migration that
 * fails leaves nothing behind, not even a row; and a history that differs from the folder is refused, not ignored.
 *
 * The lock belongs to the session, so this needs a direct connection, not one through a transaction pooler.
 *
 * @param options.dryRun check the history and say what is pending, but change nothing.
 * @throws {MigrationError}
 */
export function migrate(
  database: string | pg.ClientConfig,
  options: MigrationOptions & { dryRun?: boolean } = {},
): Promise<{ applied: string[]; pending: string[] }> {
  return locked(database, options, async (client) => {
    const migrations = await readMigrations(options.directory);
    const history = await readHistory(client);
    if (history === undefined) {
      await refuseEncoding(client);
      await refuseForeignSchema(client);
    }
    refuseDifference(migrations, history ?? []);

    // As in Prisma, what was merged late is applied late, even when it sorts before the last applied one.
    const pending = migrations.filter(({ name }) => !history?.some((row) => row.migration_name === name));
    if (options.dryRun) return { applied: [], pending: pending.map(({ name }) => name) };

    if (history === undefined) await client.query(HISTORY_DDL);
    for (const migration of pending) {
      options.log?.(`applying migration ${migration.name}`);
      await runScript(client, migration, RECORD_APPLIED, [
        randomUUID(),
        checksum(migration.script),
        migration.name,
      ]);
    }
    return { applied: pending.map(({ name }) => name), pending: [] };
  });
}

/** The names of the migrations that the database does not have yet. Reads only; for readiness checks. */
export async function pendingMigrations(client: Queryable, directory?: string): Promise<string[]> {
  const applied = new Set<string>();
  for (const row of (await readHistory(client)) ?? []) {
    if (row.finished_at !== null) applied.add(row.migration_name);
  }
  return (await readNames(directory)).filter((name) => !applied.has(name));
}
