import { setTimeout } from 'node:timers/promises';
import { databaseUrl, withClient } from './client.ts';
import type { Cluster } from './cluster.ts';
import { readPidFile } from './pidFile.ts';

const READY_TIMEOUT_MS = 60_000;

/**
 * Waits until the server with this process id answers.
 *
 * @returns its port; undefined when the server has ended, according to `isAlive`.
 * @throws {Error} when the server refuses the password or does not answer in time.
 */
export async function waitUntilAnswers(
  cluster: Cluster,
  password: string,
  pid: number | undefined,
  isAlive: () => boolean,
): Promise<number | undefined> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    // Connects only once the pid file says ready. Before that, another server may answer on the port.
    const pidFile = await readPidFile(cluster.data);
    if (pidFile?.pid === pid && pidFile?.isReady) {
      const { port } = pidFile;
      try {
        await withClient(databaseUrl({ port, password }, 'postgres'), (client) => client.query('SELECT'));
        return port;
      } catch (error) {
        if (isRefusal(error)) throw error;
      }
    }
    if (!isAlive()) return undefined;
    if (Date.now() > deadline) throw new Error(`it did not answer within ${READY_TIMEOUT_MS / 1000} seconds`);
    await setTimeout(50);
  }
}

/** Whether the server rejects the credentials: SQLSTATE class 28 is "invalid authorization". */
function isRefusal(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('28');
}
