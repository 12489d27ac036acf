import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './lock.ts';

/** A process's share in a running server. */
export type Share = {
  /** Gives the share up. Returns whether it was the last one. Call under the cluster's lock. */
  giveUp(): boolean;
};

/**
 * Counts a process among the users of a server, until it gives its share up or ends in any other way. Call under the
 * cluster's lock.
 *
 * A share is a read lock on an SQLite database, as in lock.ts. The operating system releases it when the process ends,
 * so a killed process does not keep the server running for ever.
 */
export function takeShare(file: string): Share {
  const database = new DatabaseSync(file);
  // A transaction reads nothing, and locks nothing, before its first statement.
  database.exec('BEGIN; SELECT * FROM sqlite_schema');
  return {
    giveUp() {
      database.exec('ROLLBACK');
      try {
        database.exec('BEGIN EXCLUSIVE');
        return true;
      } catch (error) {
        if (isBusy(error)) return false;
        throw error;
      } finally {
        database.close();
      }
    },
  };
}
