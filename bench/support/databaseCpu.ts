/** The CPU of a PostgreSQL on this machine. */
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { MS_PER_TICK } from './cpu.ts';

/** Fields of /proc/<pid>/stat after the name. */
const [PARENT, USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM] = [1, 11, 12, 13, 14] as const;

/** Returns what reads the CPU that all processes of the server have used so far, in milliseconds. */
export async function databaseCpu(url: string): Promise<() => Promise<number>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const postmaster = Number((await statOf(String(rows[0]?.pid)))[PARENT]);
  await client.end();
  return async () => {
    let ticks = 0;
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      // A process may end while we look.
      const stat = await statOf(pid).catch(() => []);
      const of = (field: number) => Number(stat[field] ?? 0);
      if (Number(pid) === postmaster) {
        // Of the connections that have ended, too.
        ticks += of(USER) + of(SYSTEM) + of(CHILDREN_USER) + of(CHILDREN_SYSTEM);
      } else if (of(PARENT) === postmaster) {
        ticks += of(USER) + of(SYSTEM);
      }
    }
    return ticks * MS_PER_TICK;
  };
}

async function statOf(pid: string): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
