/**
 * Acts that lock the same row queue here, before they take a connection. Otherwise the waiters of one hot row would hold
 * every connection of the pool.
 */
import { BusyError } from '../load/busy.ts';

export type RowQueue = {
  /**
   * Waits until every task that named one of the rows earlier has ended, then runs the task.
   *
   * @throws BusyError when the wait takes too long, or too many tasks wait for one of the rows
   */
  run<Result>(rows: readonly string[], waitMs: number, task: () => Promise<Result>): Promise<Result>;
};

type Line = {
  /** Fulfilled when every task in the line has ended. */
  end: Promise<unknown>;
  length: number;
};

/** @param maxLength the most tasks in the line of one row, including the one that runs. */
export function createRowQueue(maxLength: number): RowQueue {
  const lines = new Map<string, Line>();

  return {
    async run(rows, waitMs, task) {
      const names = [...new Set(rows)];
      if (names.some((name) => (lines.get(name)?.length ?? 0) >= maxLength)) throw new BusyError();
      const ahead = Promise.all(names.map((name) => lines.get(name)?.end));
      const ended = Promise.withResolvers<void>();
      // A task waits only for earlier ones, whatever rows they name, so no two tasks wait for each other. One that gives
      // up still stands between those ahead and those behind it.
      const end = Promise.all([ahead, ended.promise]);
      for (const name of names) lines.set(name, { end, length: (lines.get(name)?.length ?? 0) + 1 });
      void end.then(() => {
        for (const name of names) leave(name);
      });
      try {
        await within(waitMs, ahead);
        return await task();
      } finally {
        ended.resolve();
      }
    },
  };

  function leave(name: string): void {
    const line = lines.get(name);
    if (!line) return;
    line.length -= 1;
    if (line.length === 0) lines.delete(name);
  }
}

async function within(ms: number, event: Promise<unknown>): Promise<void> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new BusyError()), ms);
  try {
    await Promise.race([event, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
