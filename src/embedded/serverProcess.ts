import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import { tail } from './files.ts';
import { type Account, spawnOptions } from './run.ts';

const STOP_WITHIN = 60_000;

/** A `postgres` that we spawned, ready or not. */
export type ServerProcess = {
  pid: number | undefined;
  /** How it ended, once it has. */
  ending(): string | undefined;
  /** The end of what it logged. */
  logTail(): Promise<string>;
  /** Disconnects its clients and waits for its end. */
  stop(): Promise<void>;
};

/**
 * Spawns `postgres` itself rather than by way of `pg_ctl start`: that one passes paths and settings through a
 * shell, where they would have to be quoted, and would leave us to guess from files what became of the server.
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
    // Detached, so that neither an interrupt of our terminal nor our own end takes it along.
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
      child.kill('SIGINT'); // the "fast" shutdown, as `pg_ctl stop` asks for it
      await Promise.race([end, setTimeout(STOP_WITHIN, undefined, { ref: false })]);
      if (ending !== undefined) return;
      throw new Error(
        `The PostgreSQL server in ${cluster.directory} did not stop within ${STOP_WITHIN / 1000} seconds.\n` +
          (await logTail()),
      );
    },
  };
}
