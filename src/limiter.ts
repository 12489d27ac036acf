/**
 * Runs a limited number of tasks at once. Waiting keys take turns, so a key with many tasks does not starve the
 * others. The tasks of one key start in the order in which they were added.
 */
export type KeyedLimiter = <Result>(key: string, task: () => Promise<Result>) => Promise<Result>;

/** A limiter for the tasks of one key. */
export type Limiter = <Result>(task: () => Promise<Result>) => Promise<Result>;

export function createLimiter(maxConcurrent: number): KeyedLimiter {
  let running = 0;
  /** The key at the front is served next. */
  const waiting = new Map<string, (() => void)[]>();

  function enqueue(key: string, start: () => void): void {
    const queue = waiting.get(key);
    if (queue) queue.push(start);
    else waiting.set(key, [start]);
  }

  function dequeue(): (() => void) | undefined {
    const [first] = waiting;
    if (!first) return undefined;
    const [key, queue] = first;
    const start = queue.shift();
    waiting.delete(key);
    if (queue.length > 0) waiting.set(key, queue);
    return start;
  }

  return async (key, task) => {
    if (running >= maxConcurrent) await new Promise<void>((resolve) => enqueue(key, resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      // The slot passes straight to the next waiting task, so that a new caller cannot take it first.
      const next = dequeue();
      if (next) next();
      else running -= 1;
    }
  };
}
