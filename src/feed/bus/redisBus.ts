import { Redis, type RedisOptions, ReplyError } from 'ioredis';
import type { FeedLog } from '../logger.ts';
import { type Batch, decodeBatch, encodeBatch } from './batch.ts';
import type { Bus } from './bus.ts';

export type RedisBusOptions = {
  url: string;
  /** Of every channel's name; processes hear each other only if theirs is the same. */
  prefix: string;
  log: FeedLog;
};

const CONNECT_TIMEOUT_MS = 2_000;
const COMMAND_TIMEOUT_MS = 2_000;
const PING_MS = 2_000;
const MIN_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 1_000;
/** Of messages that the network has not taken yet; further ones are dropped. */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

/*
 * While Redis is away every command fails at once, and none is kept for later: what is published then is read from the
 * log, and subscriptions are made anew by this file, which so knows when they are in force.
 */
const FAIL_FAST: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  connectTimeout: CONNECT_TIMEOUT_MS,
  commandTimeout: COMMAND_TIMEOUT_MS,
  retryStrategy: (attempt) => Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** (attempt - 1)),
};

/** Reaches every process on the same Redis, by one connection to publish and one to listen. */
export function createRedisBus({ url, prefix, log }: RedisBusOptions): Bus {
  const channelOf = (organizationId: string) => `${prefix}feed:${organizationId}`;
  const nudgeChannel = `${prefix}nudge`;
  const listeners = new Map<string, (batch: Batch) => void>();
  const nudgeListeners = new Set<() => void>();
  const reconnectListeners = new Set<() => void>();

  const publisher = new Redis(url, { ...FAIL_FAST, connectionName: 'muster-feed-publisher' });
  const subscriber = new Redis(url, { ...FAIL_FAST, connectionName: 'muster-feed-subscriber' });
  // The way up or down shows by 'ready' and 'close'; unheard, errors would be printed.
  publisher.on('error', () => {});

  /** Undefined until the first attempt has succeeded or failed. */
  let isUp: boolean | undefined;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;
  const firstAttempt = Promise.withResolvers<void>();

  function isLost(error?: unknown): void {
    if (isUp !== false && !isClosed) {
      log.warn({ err: error }, 'feed: Redis is away; changes are found by reading the log');
    }
    isUp = false;
    firstAttempt.resolve();
  }

  function restart(redis: Redis): void {
    if (redis.status === 'ready') redis.disconnect(true);
  }

  subscriber.on('error', isLost);
  subscriber.on('close', () => isLost());
  subscriber.on('ready', async () => {
    try {
      await subscriber.subscribe(nudgeChannel, ...[...listeners.keys()].map(channelOf));
    } catch (error) {
      // Lost again, or it refuses us, for which the client would not back off.
      isLost(error);
      if (!isClosed) retry = setTimeout(restart, MAX_BACKOFF_MS, subscriber);
      return;
    }
    isUp = true;
    firstAttempt.resolve();
    log.debug({}, 'feed: listening to Redis');
    for (const listener of reconnectListeners) listener();
  });
  subscriber.on('message', (channel: string, message: string) => {
    if (channel === nudgeChannel) {
      for (const listener of nudgeListeners) listener();
      return;
    }
    const batch = decodeBatch(message);
    // A channel tells one organization's changes, whatever a message says of itself.
    if (batch && channelOf(batch.organizationId) === channel) listeners.get(batch.organizationId)?.(batch);
  });

  // A connection that only listens would never notice that nobody is there any more.
  const pinging = setInterval(() => {
    if (isUp) subscriber.ping().catch(() => restart(subscriber));
  }, PING_MS);

  async function send(channel: string, message: string): Promise<void> {
    if (publisher.status !== 'ready' || publisher.stream.writableLength > MAX_UNSENT_BYTES) return;
    try {
      await publisher.publish(channel, message);
    } catch (error) {
      // Readers of the log find what it told. What is not answered in time would be kept until it is.
      if (!(error instanceof ReplyError)) restart(publisher);
    }
  }

  // At most one nudge is under way, and one more is due: a busy writer does not need one for each commit.
  let isNudging = false;
  let isNudgeDue = false;
  async function sendNudges(): Promise<void> {
    isNudging = true;
    while (isNudgeDue) {
      isNudgeDue = false;
      await send(nudgeChannel, '');
    }
    isNudging = false;
  }

  return {
    publish(batch) {
      send(channelOf(batch.organizationId), encodeBatch(batch));
    },

    async subscribe(organizationId, listener) {
      listeners.set(organizationId, listener);
      const channel = channelOf(organizationId);
      if (subscriber.status === 'ready') await subscriber.subscribe(channel).catch(() => restart(subscriber));
      else await firstAttempt.promise;
      return () => {
        if (listeners.get(organizationId) !== listener) return;
        listeners.delete(organizationId);
        if (subscriber.status === 'ready') subscriber.unsubscribe(channel).catch(() => restart(subscriber));
      };
    },

    nudge() {
      isNudgeDue = true;
      if (!isNudging) sendNudges();
    },

    onNudge(listener) {
      nudgeListeners.add(listener);
      return () => nudgeListeners.delete(listener);
    },

    onReconnect(listener) {
      reconnectListeners.add(listener);
      return () => reconnectListeners.delete(listener);
    },

    isDelivering: () => isUp === true,

    async close() {
      isClosed = true;
      clearInterval(pinging);
      clearTimeout(retry);
      await Promise.all([publisher, subscriber].map((redis) => redis.quit().catch(() => redis.disconnect())));
    },
  };
}
