import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import { type DiffTarget, SchemaEngine } from '@prisma/schema-engine-wasm';

/** A data model with nothing in it. */
export const EMPTY_DATAMODEL = 'datasource db {\n  provider = "postgresql"\n}\n';

/** The engine's script when two data models make the same tables. */
const NOTHING = '-- This is an empty migration.';

/**
 * The SQL by which Prisma would turn the tables of one data model into those of another; empty if they are the same.
 *
 * This is the engine behind `prisma migrate`, which comes as WebAssembly in a package and so, unlike the binary of the
 * command line, needs no download. Both sides are data models, never a database: from a database Prisma would want to
 * drop what its language cannot say, such as partial indexes and partitions.
 */
export async function datamodelDiff(from: string, to: string): Promise<string> {
  const engine = await SchemaEngine.new({ datamodels: [['schema.prisma', to]] }, () => {}, NO_DATABASE);
  try {
    const { stdout } = await engine.diff({
      from: datamodel(from),
      to: datamodel(to),
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    const script = stdout?.trim() ?? '';
    return script === NOTHING ? '' : script;
  } finally {
    engine.free();
  }
}

function datamodel(content: string): DiffTarget {
  return { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] };
}

const refuse = () => Promise.reject(new Error('A difference of data models needs no database.'));

/** The engine wants a connection, and asks it for the server's version once. That is all it gets. */
const connection = {
  provider: 'postgres' as const,
  adapterName: 'none',
  queryRaw: () =>
    Promise.resolve({
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
      rows: [[true, 'PostgreSQL 15.0', 150000]],
    }),
  executeRaw: refuse,
  executeScript: refuse,
  startTransaction: refuse,
  dispose: () => Promise.resolve(),
};

const NO_DATABASE = bindMigrationAwareSqlAdapterFactory({
  provider: 'postgres',
  adapterName: 'none',
  connect: () => Promise.resolve(connection),
  connectToShadowDb: () => Promise.resolve(connection),
});
