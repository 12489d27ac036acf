/** One subscription, over as many connections as it takes. */
import { type Backoff, pause, pauseMs } from './backoff.ts';
import { ConnectionLostError, errorFromResult, isTransient, OverflowError, ProtocolError } from './errors.ts';
import type { Operation } from './operation.ts';
import type { Frame, Transport } from './transport.ts';

/** An event of the subscription. */
export type FeedEvent<Data> = {
  /** The data that the document selects. */
  data: Data;
  /** The event's position in the feed. A subscription `after` it starts with the next event. */
  cursor: string;
};

/** The state of a subscription's connection. */
export type SubscriptionStatus =
  | { state: 'connecting' }
  /** Connected: new events will be delivered. */
  | { state: 'live' }
  /** The connection was lost because of `cause`. The client reconnects after the delay. */
  | { state: 'waiting'; cause: Error; delayMs: number };

/**
 * The events of a subscription, each once and in feed order. It connects at the first call of `next`. It ends by
 * `return`, which leaving a `for await` calls, by its signal, or by throwing a final error.
 */
export interface Subscription<Data> extends AsyncIterableIterator<FeedEvent<Data>, undefined, undefined> {
  /**
   * The cursor to resume after: that of the last event, or a later one from a heartbeat. Undefined before the first event
   * or heartbeat, if the subscription started without a cursor.
   */
  readonly cursor: string | undefined;
  /** Waits for the next event. */
  next(): Promise<IteratorResult<FeedEvent<Data>, undefined>>;
  /** Ends the subscription at once. A waiting `next` then returns `done`. */
  return(): Promise<IteratorResult<FeedEvent<Data>, undefined>>;
  [Symbol.asyncIterator](): Subscription<Data>;
}

/** A transient error is retried for about half a minute. A single event may cause it every time, so not for ever. */
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
   * A heartbeat's cursor may be before the last event, because the server counts an event only once it is written. After
   * resuming from such a heartbeat, the feed repeats that event.
   */
  let lastEvent: string | undefined;
  /** Failed attempts since the last progress. */
  let attempts = 0;

  async function* run(): AsyncGenerator<FeedEvent<Data>, undefined, undefined> {
    while (!signal.aborted) {
      onStatus({ state: 'connecting' });
      const cause = yield* connect();
      if (signal.aborted) break;
      const delayMs = cause instanceof OverflowError ? 0 : pauseMs(attempts, backoff);
      attempts += 1;
      onStatus({ state: 'waiting', cause, delayMs });
      await pause(delayMs, signal);
    }
  }

  /** Yields the events of one connection. @returns why the connection ended. */
  async function* connect(): AsyncGenerator<FeedEvent<Data>, Error, undefined> {
    const variables = { ...options.variables, [operation.afterVariable]: cursor };
    let isLive = false;
    try {
      for await (const frame of transport({ query: operation.query, variables }, signal)) {
        const event = readFrame(frame);
        // The first heartbeat may only repeat the cursor that the client sent, which is no progress.
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
    // The feed has no end, so a server that completes a subscription is shutting down.
    return new ConnectionLostError('The server ended the subscription.');
  }

  function readFrame(frame: Frame): { cursor: string; data?: Data } {
    if (frame.kind === 'heartbeat') return { cursor: frame.cursor };
    const { data, errors } = frame.result;
    if (errors) throw errorFromResult(errors);
    const position = data && operation.cursorOf(data);
    if (typeof position !== 'string') throw new ProtocolError('The server sent an event without its cursor.');
    return { cursor: position, data: data as Data };
  }

  const events = run();
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
