import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

const SQLITE_BUSY = 5;

/**
 * Runs `action` while nobody else, in this process or another, runs one under the same lock file.
 *
 * Node.js has no flock(), and a file whose mere existence is the lock outlives a holder that is killed. SQLite,
 * which comes with Node.js, locks its files through the operating system, which lets go of them however the
 * holder ends. So the lock is an exclusive transaction on an SQLite database to which nothing is ever written.
 */
export async function withLock<T>(
  file: string,
  log: (message: string) => void,
  action: () => Promise<T>,
): Promise<T> {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file);
    for (let told = false; !tryLock(lock); told = true) {
      if (!told) log(`Waiting for another process that holds ${file}.`);
      await setTimeout(100);
    }
  } catch (error) {
    lock?.close();
    throw new Error(`Cannot lock ${file}: ${(error as Error).message}`, { cause: error });
  }
  try {
    return await action();
  } finally {
    lock.close();
  }
}

function tryLock(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
