/** On whose account work uses the database. */
import { AsyncLocalStorage } from 'node:async_hooks';

export type Account = {
  /** Accounts take turns. The UUID of an organization or a person, or `muster` for Muster's own work. */
  readonly name: string;
  /** How long the work waits for a connection, in milliseconds. Default: the pool's limit. */
  readonly waitMs?: number;
};

const OWN: Account = { name: 'muster' };
const current = new AsyncLocalStorage<Account>();

export function currentAccount(): Account {
  return current.getStore() ?? OWN;
}

/** Runs work, and everything it starts, on an account. */
export function onAccount<Result>(account: Account, work: () => Result): Result {
  return current.run(account, work);
}

/** Limits how long the work waits for a connection. */
export function waitingAtMost<Result>(waitMs: number, work: () => Result): Result {
  return current.run({ ...currentAccount(), waitMs }, work);
}
