import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import { tail } from './files.ts';
import { type Account, spawnOptions } from './run.ts';
import { describeUnstopped, FAST_SHUTDOWN, STOP_TIMEOUT_MS } from './shutdown.ts';

/** A spawned `postgres`, ready or not. */
export type ServerProcess = {
  pid: number | undefined;
  /** How the process ended; undefined while it runs. */
  ending(): string | undefined;
  /** The end of its log. */
  logTail(): Promise<string>;
  /** Disconnects the clients, shuts the server down and waits for its end. */
  stop(): Promise<void>;
};

/**
 * Spawns `postgres` directly. `pg_ctl start` would pass paths and settings through a shell, where they need quoting, and
 * would report the server's state only through files.
 */
export async function spawnServer(
  binaries: Binaries,
  cluster: Cluster,
  settings: Record<string, string>,
  account: Account | undefined,
): Promise<ServerProcess> {
  const log = await open(cluster.logFile, 'a', 0o600);
  const { size: logStart } = await log.stat();
  const child = spawn(
    binaries.postgres,
    ['-D', cluster.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // Detached, so that neither Ctrl+C in the terminal nor the end of this process stops the server.
    { ...spawnOptions(account), detached: true, stdio: ['ignore', log.fd, log.fd] },
  );
  child.unref();
  await log.close();

  let ending: string | undefined;
  const end = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      ending ??= error.message;
      resolve();
    });
    child.on('exit', (status, signal) => {
      ending ??= signal ?? `exit status ${status}`;
      resolve();
    });
  });

  const logTail = () => tail(cluster.logFile, logStart);
  return {
    pid: child.pid,
    ending: () => ending,
    logTail,
    async stop() {
      if (ending !== undefined) return;
      child.ref();
      child.kill(FAST_SHUTDOWN);
      await Promise.race([end, setTimeout(STOP_TIMEOUT_MS, undefined, { ref: false })]);
      if (ending !== undefined) return;
      throw new Error(await describeUnstopped(cluster.directory, cluster.logFile, logStart));
    },
  };
}
