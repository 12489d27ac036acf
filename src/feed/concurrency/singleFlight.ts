/** Joins a call to the running read of the same key, if there is one, and starts the read otherwise. */
export type SingleFlight<Result> = (key: string, read: () => Promise<Result>) => Promise<Result>;

export function createSingleFlight<Result>(): SingleFlight<Result> {
  const running = new Map<string, Promise<Result>>();
  return (key, read) => {
    const current = running.get(key);
    if (current) return current;
    const started = read().finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };
}
