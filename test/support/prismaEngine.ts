import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { type MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { EMPTY_DATAMODEL } from '../../prisma/migration/datamodelDiff.ts';

/** The engine leaves nothing out of sight. */
export const NO_FILTERS = { externalTables: [], externalEnums: [] };

/**
 * Prisma's own schema engine, the one behind `prisma migrate`, on a database. It comes as WebAssembly in a package and
 * so, unlike the binary of the command line, needs no download. Not everything works: it cuts scripts at semicolons
 * (never let it apply the project's migrations) and cannot introspect.
 */
export async function withPrismaEngine<T>(
  databaseUrl: string,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  // A pool of ours, since the engine never closes one of its own.
  const pool = new pg.Pool({ connectionString: databaseUrl });
  // A connection that is being closed may hear first that its database is dropped.
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

/** A folder of migrations, the way Prisma's command line hands it to the engine. */
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
