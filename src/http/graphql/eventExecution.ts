/** Executes subscriptions: each event of the source stream becomes a result. */
import { setTimeout as sleep } from 'node:timers/promises';
import { initContextCache } from '@pothos/core';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
} from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context } from '../../context.ts';
import type { SourceEvent } from '../../resolvers/kit/subscribe.ts';
import { isUnavailable } from '../../sqlError.ts';
import { startPosition } from './startPosition.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Executes each event as if it were a request of its own. */
export function useEventExecution(log: Logger): Plugin<Context> {
  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (args: ExecutionArgs) => {
        const source = await createSourceEventStream(args);
        return isAsyncIterable(source)
          ? results(source[Symbol.asyncIterator]() as AsyncIterator<SourceEvent>, args, log)
          : source;
      });
    },
  };
}

/** (Not an async generator: its `return` would wait for the next event before it ends.) */
function results(
  source: AsyncIterator<SourceEvent>,
  args: ExecutionArgs,
  log: Logger,
): AsyncGenerator<ExecutionResult, void, void> {
  const stopping = new AbortController();
  const stop = async () => {
    stopping.abort();
    await source.return?.();
    return { done: true, value: undefined } as const;
  };
  return {
    async next() {
      const { done, value } = await source.next();
      if (done) return { done, value: undefined };
      const result = await resultOf(value, args, stopping.signal, log);
      return result ? { done: false, value: result } : await stop();
    },
    return: stop,
    async throw(error) {
      await stop();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

/**
 * An event whose objects cannot be read, because the database is away, waits until the database is back. The events
 * after it wait too.
 *
 * @returns undefined when the subscriber left meanwhile.
 */
async function resultOf(
  event: SourceEvent,
  args: ExecutionArgs,
  signal: AbortSignal,
  log: Logger,
): Promise<ExecutionResult | undefined> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const { result, reason } = await attempt(event, args);
    if (!reason) return result;
    if (pause === FIRST_PAUSE_MS) log.debug({ err: reason }, 'an event waits for the database');
    await sleep(pause, undefined, { signal }).catch(() => {});
    if (signal.aborted) return undefined;
  }
}

/** @returns `reason` when the database was away and the execution should be repeated. */
async function attempt(
  event: SourceEvent,
  args: ExecutionArgs,
): Promise<{ result?: ExecutionResult; reason?: unknown }> {
  try {
    const context = args.contextValue as Context;
    const position = await startPosition(args.document, context);
    const result = await execute({
      ...args,
      rootValue: event,
      // Each event gets a context with caches of its own. The subscription's context lives as long as the
      // subscription: with its caches, the last event would show what was loaded for the first.
      contextValue: { ...context, ...initContextCache(), ...position, upcoming: event.upcoming },
    });
    const failed = result.errors?.find(({ originalError }) => isUnavailable(originalError));
    return { result, reason: failed?.originalError };
  } catch (error) {
    if (isUnavailable(error)) return { reason: error };
    const originalError = error instanceof Error ? error : new Error(String(error));
    return { result: { data: null, errors: [new GraphQLError(originalError.message, { originalError })] } };
  }
}
