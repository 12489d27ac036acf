/**
 * Lets the event loop have its turns while many groups execute events from memory: each goes on when the one before has
 * done what it can without waiting, and after some time all of them wait for the next turn.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Waits for leave to go on. */
export type Pace = () => Promise<void>;

const MAX_BUSY_MS = 10;

export function createPace(): Pace {
  let waiting: (() => void)[] = [];
  let isRunning = false;
  /** Since when this turn of the event loop has been used. */
  let busySince: number | undefined;

  function isBusy(): boolean {
    if (busySince === undefined) {
      busySince = performance.now();
      setImmediate(() => {
        busySince = undefined;
      });
    }
    return performance.now() > busySince + MAX_BUSY_MS;
  }

  async function run(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      const all = waiting;
      waiting = [];
      for (const goOn of all) {
        if (isBusy()) await nextTurn();
        goOn();
        await new Promise<void>((resolve) => process.nextTick(resolve));
      }
    }
    isRunning = false;
  }

  return () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (!isRunning) void run();
    });
}
