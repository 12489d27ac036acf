import { createSlots } from './slots.ts';

/**
 * Runs a limited number of tasks at once. Waiting keys take turns, so a key with many tasks does not starve the
 * others. The tasks of one key start in the order in which they were added.
 */
export type KeyedLimiter = <Result>(key: string, task: () => Promise<Result>) => Promise<Result>;

/** A limiter for the tasks of one key. */
export type Limiter = <Result>(task: () => Promise<Result>) => Promise<Result>;

export function createLimiter(maxConcurrent: number): KeyedLimiter {
  const slots = createSlots({ total: maxConcurrent });
  return async (key, task) => {
    const giveBack = await slots.take(key);
    try {
      return await task();
    } finally {
      giveBack();
    }
  };
}
