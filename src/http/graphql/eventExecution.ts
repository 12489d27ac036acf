/** Executes subscriptions: each event of the source stream becomes a result. */
import { createSourceEventStream, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context } from '../../context.ts';
import type { RunningLimits } from '../../load/operation.ts';
import type { SourceEvent, SourceStream } from '../../resolvers/kit/subscribe.ts';
import { type EventExecution, executeEvent } from './executeEvent.ts';
import type { Sharing } from './sharing/sharing.ts';

/** @param sharing undefined: each subscriber's events are executed for it alone. */
export function useEventExecution(
  limits: RunningLimits,
  sharing: Sharing | undefined,
  log: Logger,
): Plugin<Context> {
  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (args: ExecutionArgs) => {
        const source = await createSourceEventStream(args);
        if (!isAsyncIterable(source)) return source;
        const events = source as SourceStream;
        sharing?.offer(events, args);
        return results(events, { args, limits, log });
      });
    },
  };
}

/** (Not an async generator: its `return` would wait for the next event before it ends.) */
function results(
  source: AsyncIterator<SourceEvent>,
  execution: EventExecution,
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
      const executed = await executeEvent(value, execution, stopping.signal);
      return executed ? { done: false, value: executed.result } : await stop();
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
