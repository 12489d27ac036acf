import { constants } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing } from './files.ts';

/** Greater than any process id that an operating system gives. */
const NOBODY = 2 ** 31 - 1;

/** What `postmaster.pid` in a data directory says of its server, which may have died without removing it. */
export type PidFile = {
  path: string;
  pid: number;
  port: number;
  /** Whether the server has come as far as to accept connections. */
  isReady: boolean;
  lines: string[];
};

/** Undefined when there is no such file. Of one that a crash has cut off, the numbers are 0. */
export async function readPidFile(data: string): Promise<PidFile | undefined> {
  const path = join(data, 'postmaster.pid');
  const content = await readFile(path, 'utf8').catch(ignoreMissing);
  if (content === undefined) return undefined;
  const lines = content.split('\n'); // their meaning: src/include/utils/pidfile.h of PostgreSQL
  return {
    path,
    pid: Number(lines[0]),
    port: Number(lines[3]),
    isReady: lines[7]?.trim() === 'ready',
    lines,
  };
}

/**
 * Corrects the file of a dead server whose process id has gone to a process that is none of its kind, which
 * PostgreSQL would take for that server. The file itself stays: by the shared memory named in it, PostgreSQL makes
 * sure that no backend has survived before it removes the file.
 */
export async function disownPidFile({ path, lines }: PidFile): Promise<void> {
  await writeFile(path, [NOBODY, ...lines.slice(1)].join('\n'), {
    // Never through a link: the directory is another account's, and we may be root.
    flag: constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW,
  });
}
