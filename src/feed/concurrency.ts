/** At most so many tasks at once. Of those that wait, lanes take turns; within a lane it is first come, first served. */
export type Turns = <Result>(lane: string, task: () => Promise<Result>) => Promise<Result>;

/** The same of one lane. */
export type Turn = <Result>(task: () => Promise<Result>) => Promise<Result>;

export function createTurns(atOnce: number): Turns {
  let running = 0;
  /** The lane whose turn it is comes first. */
  const waiting = new Map<string, (() => void)[]>();

  function enqueue(lane: string, start: () => void): void {
    const queue = waiting.get(lane);
    if (queue) queue.push(start);
    else waiting.set(lane, [start]);
  }

  function dequeue(): (() => void) | undefined {
    const [first] = waiting;
    if (!first) return undefined;
    const [lane, queue] = first;
    const start = queue.shift();
    waiting.delete(lane);
    if (queue.length > 0) waiting.set(lane, queue);
    return start;
  }

  return async (lane, task) => {
    if (running >= atOnce) await new Promise<void>((resolve) => enqueue(lane, resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      // The turn is handed on, so that nobody who comes now gets in between.
      const next = dequeue();
      if (next) next();
      else running -= 1;
    }
  };
}

/** The outcome of a task that is waited for no longer than this; the task itself goes on. */
export async function within<Result>(limitMs: number, task: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`No answer within ${limitMs} ms.`)), limitMs);
  try {
    return await Promise.race([task, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Lets any number of callers share a read. Each gets the outcome of one that began after its call: what is under way
 * already may have seen less than the caller has.
 */
export function shared<Result>(read: () => Promise<Result>): () => Promise<Result> {
  let current: Promise<Result> | undefined;
  let next: Promise<Result> | undefined;

  function start(): Promise<Result> {
    next = undefined;
    current = read().finally(() => {
      current = undefined;
    });
    return current;
  }

  return () => {
    if (next) return next;
    if (!current) return start();
    next = current.then(start, start);
    return next;
  };
}

/** Lets those who ask for the same at the same time share one read, under way or not. */
export function sharedBy<Result>(): (key: string, read: () => Promise<Result>) => Promise<Result> {
  const reading = new Map<string, Promise<Result>>();
  return (key, read) => {
    const current = reading.get(key);
    if (current) return current;
    const started = read().finally(() => reading.delete(key));
    reading.set(key, started);
    return started;
  };
}
