import { readlink, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Cluster } from './cluster.ts';
import { tail } from './files.ts';
import { disownPidFile, readPidFile } from './pidFile.ts';
import { waitUntilAnswers } from './ready.ts';
import { run } from './run.ts';
import type { Server } from './server.ts';

/**
 * Waits for the running server of a cluster to answer and returns it. If there is none, it clears the way for starting
 * one and returns undefined. Call under the cluster's lock.
 */
export async function findRunningServer(cluster: Cluster, password: string): Promise<Server | undefined> {
  const pidFile = await readPidFile(cluster.data);
  if (!pidFile) return undefined;
  const { path, pid, port } = pidFile;
  if (!pid || !port) {
    await rm(path, { force: true }); // It is truncated, and PostgreSQL refuses to start over it.
    return undefined;
  }
  // PostgreSQL removes the file of a dead server itself.
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
      `A PostgreSQL server (process ${pid}) runs on ${cluster.directory}, but cannot be used: ` +
        `${(error as Error).message}\n${await tail(cluster.logFile)}`,
      { cause: error },
    );
  }
}

/** An adopted server may have other users, so only the process that started it stops it. */
async function leaveRunning(): Promise<void> {}

/** Whether the process exists. This process may signal it, because it runs as the cluster's account or as root. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Whether a process is the server of a data directory. Assumed where the platform cannot tell. */
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
