import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of `prisma/sql`: its path from the project's root, and its text. */
export type SqlFile = { path: string; text: string };

/** What the defaults and CHECKs of tables call, so it comes before the tables. */
export const BEFORE_TABLES = ['function'];

/** In the order in which they are replayed; within a folder the order is that of the names. */
export const AFTER_TABLES = ['rule', 'capture', 'view'];

/** Every file of some folders of `prisma/sql`, in the order in which they are replayed. */
export async function readSqlFiles(
  root: string,
  folders = [...BEFORE_TABLES, ...AFTER_TABLES],
): Promise<SqlFile[]> {
  const files: SqlFile[] = [];
  for (const folder of folders) {
    const names = await readdir(join(root, 'prisma/sql', folder)).catch(() => []);
    for (const name of names.filter((each) => each.endsWith('.sql')).sort()) {
      const path = `prisma/sql/${folder}/${name}`;
      files.push({ path, text: await readFile(join(root, path), 'utf8') });
    }
  }
  return files;
}

const REMOVED = '-- removed';

/** A copy of a file as it stands in a migration. */
export function copyOf({ path, text }: SqlFile): string {
  return `-- >>> ${path}\n${text.trim()}\n-- <<< ${path}`;
}

/** What stands in a migration when a file is gone. */
export function removalOf(path: string): string {
  return copyOf({
    path,
    text: `${REMOVED}: write by hand, here or above, what drops the things it defined.`,
  });
}

/** The files as the migrations leave them: of each the copy made last, none of one that was removed last. */
export function latestCopies(migrations: readonly string[]): Map<string, string> {
  const latest = new Map<string, string>();
  for (const script of migrations) {
    for (const [, path = '', text = ''] of script.matchAll(/^-- >>> (\S+)\r?\n([\s\S]*?)^-- <<< \1$/gm)) {
      if (text.startsWith(REMOVED)) latest.delete(path);
      else latest.set(path, text.replaceAll('\r\n', '\n').trim());
    }
  }
  return latest;
}
