/** One subscription, however many connections it takes. */
import { type Backoff, pause, pauseMs } from './backoff.ts';
import { ConnectionLostError, errorOf, isTransient, OverflowError, ProtocolError } from './errors.ts';
import type { Operation } from './operation.ts';
import type { Frame, Transport } from './transport.ts';

/** Something that happened. */
export type FeedEvent<Data> = {
  /** What the document asked for. */
  data: Data;
  /** Its position in the feed: a subscription `after` it goes on with the next event. */
  cursor: string;
};

/** How a subscription is doing. */
export type SubscriptionStatus =
  | { state: 'connecting' }
  /** The server is there, and what happens will be heard. */
  | { state: 'live' }
  /** The connection was lost for this reason. The next attempt is made after the delay. */
  | { state: 'waiting'; cause: Error; delayMs: number };

/**
 * The events of a subscription: each once, in feed order, from the first time that it is asked for one. It ends when
 * it is told to, by `return` (which leaving a `for await` calls) or by its signal, and by throwing one of the final
 * errors.
 */
export interface Subscription<Data> extends AsyncIterableIterator<FeedEvent<Data>, undefined, undefined> {
  /**
   * Where to go on: after the event that was handed out last, or further on when the server has said that nothing
   * followed it. Undefined until either has happened, if the subscription began without a position.
   */
  readonly cursor: string | undefined;
  /** Waits for the next event. */
  next(): Promise<IteratorResult<FeedEvent<Data>, undefined>>;
  /** Ends the subscription at once, also while `next` waits, which then answers `done`. */
  return(): Promise<IteratorResult<FeedEvent<Data>, undefined>>;
  [Symbol.asyncIterator](): Subscription<Data>;
}

/** Some errors are worth trying again for half a minute or so, but not for ever: they may be an event's own. */
const TRANSIENT_ERROR_ATTEMPTS = 10;

export function openSubscription<Data>(options: {
  operation: Operation;
  variables: Record<string, unknown>;
  transport: Transport;
  backoff: Backoff;
  signal: AbortSignal | undefined;
  onStatus: (status: SubscriptionStatus) => void;
}): Subscription<Data> {
  const { operation, transport, backoff, onStatus } = options;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal;

  let cursor = (options.variables[operation.afterVariable] ?? undefined) as string | undefined;
  /**
   * A heartbeat may be behind the event before it, which the server counts only once it knows it written. Resumed after
   * such a heartbeat, the feed repeats that one event.
   */
  let lastEvent: string | undefined;
  /** Attempts since there was progress. */
  let attempts = 0;

  async function* listen(): AsyncGenerator<FeedEvent<Data>, undefined, undefined> {
    while (!signal.aborted) {
      onStatus({ state: 'connecting' });
      const lost = yield* hear();
      if (signal.aborted) break;
      const delayMs = lost instanceof OverflowError ? 0 : pauseMs(attempts, backoff);
      attempts += 1;
      onStatus({ state: 'waiting', cause: lost, delayMs });
      await pause(delayMs, signal);
    }
  }

  /** Hands out the events of one connection, and answers why it is gone. */
  async function* hear(): AsyncGenerator<FeedEvent<Data>, Error, undefined> {
    const variables = { ...options.variables, [operation.afterVariable]: cursor };
    let isLive = false;
    try {
      for await (const frame of transport({ query: operation.query, variables }, signal)) {
        const event = readFrame(frame);
        // The first heartbeat may only repeat where we came from: a connection that dies after it led nowhere.
        if (isLive || event.cursor !== cursor) attempts = 0;
        if (!isLive) onStatus({ state: 'live' });
        isLive = true;
        cursor = event.cursor;
        if (event.data === undefined || cursor === lastEvent) continue;
        lastEvent = cursor;
        yield { data: event.data, cursor };
      }
    } catch (error) {
      if (error instanceof ConnectionLostError) return error;
      if (isTransient(error) && attempts < TRANSIENT_ERROR_ATTEMPTS) return error as Error;
      throw error;
    }
    // The feed has no end. A server that ends a subscription without a reason is on its way out.
    return new ConnectionLostError('The server ended the subscription.');
  }

  function readFrame(frame: Frame): { cursor: string; data?: Data } {
    if (frame.kind === 'heartbeat') return { cursor: frame.cursor };
    const { data, errors } = frame.result;
    if (errors) throw errorOf(errors);
    const position = data && operation.cursorOf(data);
    if (typeof position !== 'string') throw new ProtocolError('An event came without its cursor.');
    return { cursor: position, data: data as Data };
  }

  const events = listen();
  return {
    get cursor() {
      return cursor;
    },
    next: () => events.next(),
    async return() {
      stop.abort();
      return await events.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
