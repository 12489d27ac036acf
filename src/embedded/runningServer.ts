import { readlink, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import { tail } from './files.ts';
import { disownPidFile, readPidFile } from './pidFile.ts';
import { waitUntilAnswers } from './ready.ts';
import { run } from './run.ts';
import type { Server } from './server.ts';
import { describeUnstopped, FAST_SHUTDOWN, STOP_TIMEOUT_MS } from './shutdown.ts';

const STOP_POLL_MS = 50;

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
    return answeringOn === undefined
      ? undefined
      : { port: answeringOn, stop: () => stopServer(pid, cluster) };
  } catch (error) {
    throw new Error(
      `A PostgreSQL server (process ${pid}) runs on ${cluster.directory}, but cannot be used: ` +
        `${(error as Error).message}\n${await tail(cluster.logFile)}`,
      { cause: error },
    );
  }
}

/** Stops a server that another process started, and waits for its end. */
async function stopServer(pid: number, { directory, data, logFile }: Cluster): Promise<void> {
  // The server may have died, and its id may belong to another program by now.
  if (!isAlive(pid) || !(await isPostmaster(pid, data))) return;
  process.kill(pid, FAST_SHUTDOWN);
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  while (isAlive(pid)) {
    if (performance.now() > deadline) throw new Error(await describeUnstopped(directory, logFile));
    await setTimeout(STOP_POLL_MS);
  }
}

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
