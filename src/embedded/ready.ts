import { setTimeout } from 'node:timers/promises';
import { databaseUrl, withClient } from './client.ts';
import type { Cluster } from './cluster.ts';
import { readPidFile } from './pidFile.ts';

const READY_WITHIN = 60_000;

/**
 * Waits until the server with this process id answers, and tells its port. Undefined when it has ended instead, as
 * far as `isAlive` knows; throws when it refuses us or takes too long.
 */
export async function waitUntilAnswers(
  cluster: Cluster,
  password: string,
  pid: number | undefined,
  isAlive: () => boolean,
): Promise<number | undefined> {
  const deadline = Date.now() + READY_WITHIN;
  for (;;) {
    // Only a server that says so itself is asked: before, someone else's may answer on its port.
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
    if (Date.now() > deadline) throw new Error(`it does not answer within ${READY_WITHIN / 1000} seconds`);
    await setTimeout(50);
  }
}

/** Whether the server has made up its mind about us: class 28 of SQLSTATE is "invalid authorization". */
function isRefusal(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('28');
}
