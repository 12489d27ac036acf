/** At most so many tasks at once; the others wait, first come, first served. */
export type Turns = <Result>(task: () => Promise<Result>) => Promise<Result>;

export function createTurns(atOnce: number): Turns {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      // The turn is handed on, so that nobody who comes now gets in between.
      const next = waiting.shift();
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
