import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { type MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { EMPTY_DATAMODEL } from '../../prisma/migration/datamodelDiff.ts';
import { withSessionSettings } from '../../src/database/sessionSettings.ts';

/** Filters that hide nothing from the engine. */
export const NO_FILTERS = { externalTables: [], externalEnums: [] };

/**
 * Prisma's own schema engine, the one behind `prisma migrate`, on a database. It comes as WebAssembly in a package,
 * so unlike the binary of the command line it needs no download. Two things do not work: it cuts scripts at
 * semicolons (it must not apply the project's migrations), and it cannot introspect.
 */
export async function withPrismaEngine<T>(
  databaseUrl: string,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  // The engine never closes a pool of its own.
  const pool = new pg.Pool({ connectionString: withSessionSettings(databaseUrl) });
  // A closing connection may receive an error when its database is dropped.
  pool.on('error', () => {});
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  const options = { datamodels: [['schema.prisma', EMPTY_DATAMODEL] as [string, string]] };
  const engine = await SchemaEngine.new(options, () => {}, adapter);
  try {
    return await work(engine);
  } finally {
    engine.free();
    await pool.end();
  }
}

/** A folder of migrations in the form that Prisma's command line gives to the engine. */
export async function migrationList(directory: string): Promise<MigrationList> {
  const entries = (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  return {
    baseDir: directory,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"' },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      entries
        .map((entry) => entry.name)
        .sort()
        .map(async (path) => {
          const value = await readFile(join(directory, path, 'migration.sql'), 'utf8');
          return { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } };
        }),
    ),
  };
}
