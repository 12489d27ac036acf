import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readMigrations } from '../../src/migrations/folder.ts';
import { datamodelDiff, EMPTY_DATAMODEL } from './datamodelDiff.ts';
import { AFTER_TABLES, BEFORE_TABLES, copyOf, latestCopies, readSqlFiles, removalOf } from './sqlFile.ts';

const BY_HAND = '-- By hand: CHECKs, partial indexes, data. Remove this line if there are none.';

/**
 * Writes the migration that brings a database from where the migrations leave it to what `prisma/schema.prisma` and
 * `prisma/sql` say.
 *
 * @param root the project's directory.
 * @returns the new file's path from the root; undefined, and nothing is written, if nothing has changed.
 */
export async function writeMigration(
  root: string,
  name: string,
  at = new Date(),
): Promise<string | undefined> {
  const migrations = join(root, 'prisma/migrations');
  // The data model as of the last migration. Kept, since neither a database nor a shallow clone of the history has it.
  const recorded = join(migrations, 'schema.prisma');
  const previous = await readFile(recorded, 'utf8').catch(() => EMPTY_DATAMODEL);
  const datamodel = await readFile(join(root, 'prisma/schema.prisma'), 'utf8');

  const copies = latestCopies((await readMigrations(migrations)).map(({ script }) => script));
  const changed = async (folders: string[]) =>
    (await readSqlFiles(root, folders)).filter(({ path, text }) => copies.get(path) !== text.trim());
  const present = new Set((await readSqlFiles(root)).map(({ path }) => path));
  const removed = [...copies.keys()].filter((path) => !present.has(path));

  const before = await changed(BEFORE_TABLES);
  const tables = await datamodelDiff(previous, datamodel);
  const after = await changed(AFTER_TABLES);
  if (before.length + tables.length + after.length + removed.length === 0) return undefined;

  const parts = [
    `-- ${name.replaceAll('_', ' ')}`,
    ...removed.map(removalOf),
    ...before.map(copyOf),
    ...(tables === '' ? [] : [tables, BY_HAND]),
    ...after.map(copyOf),
  ];
  const stamp = at.toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const path = `prisma/migrations/${stamp}_${name}/migration.sql`;
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), `${parts.join('\n\n')}\n`);
  await writeFile(recorded, datamodel);
  return path;
}
