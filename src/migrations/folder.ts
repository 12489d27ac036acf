import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MigrationError, reason } from './error.ts';

const DEFAULT_DIRECTORY = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

export type Migration = { name: string; script: string };

/**
 * Checksums of the texts that merged migrations had before they were edited. A database that applied such a text has
 * what the text of today makes.
 */
const OLDER_CHECKSUMS: Record<string, readonly string[]> = {
  // PostgreSQL 15.20 refused the older text. The text of today first drops a function that it creates again below.
  '20261128060540_session_actors': ['6fa42269775f11dda20379f812f61ad3547387ba88691dfae1efbe9c4a36935c'],
};

/** The checksum that Prisma records: SHA-256 in hex. */
export function checksum(script: string): string {
  return createHash('sha256').update(script).digest('hex');
}

/** Git may have changed the line ends on the way to this machine; as in Prisma, that is no change. */
export function matchesChecksum({ name, script }: Migration, recorded: string): boolean {
  if (OLDER_CHECKSUMS[name]?.includes(recorded)) return true;
  const unix = script.replaceAll('\r\n', '\n');
  return [script, unix, unix.replaceAll('\n', '\r\n')].some((variant) => checksum(variant) === recorded);
}

export async function readNames(directory = DEFAULT_DIRECTORY): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw new MigrationError('UNREADABLE', [], `Cannot read the migrations: ${reason(error)}`, error);
  });
  // Prisma's order, fixed to one language.
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort((a, b) => a.localeCompare(b, 'en'));
}

export async function readMigrations(directory?: string): Promise<Migration[]> {
  const names = await readNames(directory);
  return Promise.all(names.map((name) => readScript(name, directory)));
}

async function readScript(name: string, directory = DEFAULT_DIRECTORY): Promise<Migration> {
  try {
    return { name, script: await readFile(join(directory, name, 'migration.sql'), 'utf8') };
  } catch (error) {
    throw new MigrationError(
      'UNREADABLE',
      [name],
      `Cannot read migration.sql of migration ${name}: ${reason(error)}`,
      error,
    );
  }
}
