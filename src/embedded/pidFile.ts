import { constants } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing } from './files.ts';

/** Greater than any process id of an operating system. */
const NO_PROCESS = 2 ** 31 - 1;

/** The content of `postmaster.pid` in a data directory. A server that was killed leaves the file behind. */
export type PidFile = {
  path: string;
  pid: number;
  port: number;
  /** Whether the server accepts connections. */
  isReady: boolean;
  lines: string[];
};

/** Returns undefined when the file does not exist. If a crash truncated it, the numbers are 0. */
export async function readPidFile(data: string): Promise<PidFile | undefined> {
  const path = join(data, 'postmaster.pid');
  const content = await readFile(path, 'utf8').catch(ignoreMissing);
  if (content === undefined) return undefined;
  const lines = content.split('\n'); // documented in PostgreSQL's src/include/utils/pidfile.h
  return {
    path,
    pid: Number(lines[0]),
    port: Number(lines[3]),
    isReady: lines[7]?.trim() === 'ready',
    lines,
  };
}

/**
 * Corrects the file of a dead server whose process id now belongs to another program, which PostgreSQL would take for a
 * running server. The file must stay, because PostgreSQL uses the shared memory named in it to make sure that no backend
 * has survived.
 */
export async function disownPidFile({ path, lines }: PidFile): Promise<void> {
  await writeFile(path, [NO_PROCESS, ...lines.slice(1)].join('\n'), {
    // O_NOFOLLOW: another account owns the directory, and this process may be root.
    flag: constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW,
  });
}
