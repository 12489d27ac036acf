import { readlink, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Cluster } from './cluster.ts';
import { tail } from './files.ts';
import { disownPidFile, readPidFile } from './pidFile.ts';
import { waitUntilAnswers } from './ready.ts';
import { run } from './run.ts';
import type { Server } from './server.ts';

/**
 * The server that runs on a cluster already, once it answers; undefined when there is none, and then nothing is in
 * the way of starting one. To be called by one process at a time.
 */
export async function findRunningServer(cluster: Cluster, password: string): Promise<Server | undefined> {
  const pidFile = await readPidFile(cluster.data);
  if (!pidFile) return undefined;
  const { path, pid, port } = pidFile;
  if (!pid || !port) {
    await rm(path, { force: true }); // PostgreSQL would not dare to, and it says nothing.
    return undefined;
  }
  // The file of a dead server is left for PostgreSQL to remove.
  if (!isAlive(pid)) return undefined;
  if (!(await isPostmaster(pid, cluster.data))) {
    await disownPidFile(pidFile);
    return undefined;
  }
  try {
    const answeringOn = await waitUntilAnswers(cluster, password, pid, () => isAlive(pid));
    return answeringOn === undefined ? undefined : { port: answeringOn, stop: leaveRunning };
  } catch (error) {
    throw new Error(
      `A PostgreSQL server (process ${pid}) runs on ${cluster.directory}, but is of no use: ` +
        `${(error as Error).message}\n${await tail(cluster.logFile)}`,
      { cause: error },
    );
  }
}

/** Who started a server stops it; whoever found it running may not be its only user. */
async function leaveRunning(): Promise<void> {}

/** Whether there is such a process of the account that the cluster belongs to: we are that account, or root. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Whether a process is the server of a data directory. Where that cannot be told, it is taken for it. */
async function isPostmaster(pid: number, data: string): Promise<boolean> {
  switch (process.platform) {
    case 'linux': // PostgreSQL works in its data directory.
      return (await readlink(`/proc/${pid}/cwd`).catch(() => undefined)) === data;
    case 'win32':
      return true;
    default: {
      const command = await run('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => '');
      return basename(command.trim()) === 'postgres';
    }
  }
}
