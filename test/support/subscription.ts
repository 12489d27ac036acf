import type { FormattedExecutionResult } from 'graphql';

export type Subscription<Data> = {
  /** The next result with its errors; undefined when the subscription has ended. */
  next(): Promise<FormattedExecutionResult<Data> | undefined>;
  /** The data of the next event. */
  event(): Promise<Data>;
  /** The data of the next events, this many. */
  events(count: number): Promise<Data[]>;
  /** The results that arrived and were not read yet. */
  readonly pending: readonly FormattedExecutionResult<Data>[];
  /** Resolves with the first result or the end. */
  readonly settled: Promise<void>;
  stop(): Promise<void>;
};

/** Buffers all results, so that a test can read them later. */
export function openSubscription<Data>(
  results: AsyncIterableIterator<FormattedExecutionResult<unknown>>,
  onEnd: () => void,
): Subscription<Data> {
  const pending: FormattedExecutionResult<Data>[] = [];
  const settled = Promise.withResolvers<void>();
  let hasEnded = false;
  let failure: unknown;
  let wake = () => {};

  void (async () => {
    try {
      for await (const result of results) {
        pending.push(result as FormattedExecutionResult<Data>);
        settled.resolve();
        wake();
      }
    } catch (error) {
      failure = error;
    } finally {
      hasEnded = true;
      onEnd();
      settled.resolve();
      wake();
    }
  })();

  async function next(): Promise<FormattedExecutionResult<Data> | undefined> {
    while (pending.length === 0) {
      if (failure !== undefined) throw failure;
      if (hasEnded) return undefined;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return pending.shift();
  }

  async function event(): Promise<Data> {
    const result = await next();
    if (!result) throw new Error('The subscription ended.');
    if (result.errors || !result.data) throw new Error(`The event failed: ${JSON.stringify(result.errors)}`);
    return result.data;
  }

  return {
    next,
    event,
    async events(count) {
      const found: Data[] = [];
      while (found.length < count) found.push(await event());
      return found;
    },
    pending,
    settled: settled.promise,
    async stop() {
      await results.return?.();
    },
  };
}
