import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

const SQLITE_BUSY = 5;

/**
 * Runs `action` under an exclusive lock between processes, identified by a file.
 *
 * Node.js has no flock(), and a lock file that merely exists would survive a killed process. SQLite, which is part of
 * Node.js, locks its files through the operating system, which releases them when the process ends. So the lock is an
 * exclusive transaction on an SQLite database to which nothing is written.
 */
export async function withLock<T>(
  file: string,
  log: (message: string) => void,
  action: () => Promise<T>,
): Promise<T> {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file);
    for (let isLogged = false; !tryLock(lock); isLogged = true) {
      if (!isLogged) log(`Waiting for another process that holds ${file}.`);
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
    if (isBusy(error)) return false;
    throw error;
  }
}

/** Whether another process holds a lock that SQLite needs. */
export function isBusy(error: unknown): boolean {
  return (error as { errcode?: number }).errcode === SQLITE_BUSY;
}
