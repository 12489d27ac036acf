import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Field 14 of /proc/<pid>/stat; the name in field 2 may contain blanks, so we count from its end. */
const USER_TICKS = 14 - 3;

const { stdout } = await promisify(execFile)('getconf', ['CLK_TCK']);
export const MS_PER_TICK = 1_000 / Number(stdout);

/** The CPU that a process has used so far, in milliseconds. On Linux. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TICKS]) + Number(fields[USER_TICKS + 1])) * MS_PER_TICK;
}
