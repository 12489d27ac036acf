/**
 * Coalesces concurrent calls into few reads. Each caller gets the result of a read that started after its call: a read
 * already running may have missed something that the caller knows of.
 */
export function coalesce<Result>(read: () => Promise<Result>): () => Promise<Result> {
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
