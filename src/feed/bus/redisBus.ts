import { Redis, type RedisOptions, ReplyError } from 'ioredis';
import { backoffMs } from '../../load/backoff.ts';
import type { FeedLog } from '../logger.ts';
import { type Batch, decodeBatch, encodeBatch } from './batch.ts';
import type { Bus } from './bus.ts';

export type RedisBusOptions = {
  url: string;
  /** Prefix of every channel's name. The processes of one installation must share it. */
  prefix: string;
  log: FeedLog;
};

const CONNECT_TIMEOUT_MS = 2_000;
const COMMAND_TIMEOUT_MS = 2_000;
const PING_MS = 2_000;
const BACKOFF = { minMs: 50, maxMs: 1_000 };
/** The most bytes that wait for the network. Beyond it, messages are dropped. */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

/*
 * While Redis is down, every command fails at once and none is queued: subscribers read the lost batches from the log.
 * This file resubscribes by itself, because it must know when the subscriptions are in force.
 */
const FAIL_FAST: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  connectTimeout: CONNECT_TIMEOUT_MS,
  commandTimeout: COMMAND_TIMEOUT_MS,
  retryStrategy: (failures) => backoffMs(failures, BACKOFF),
};

/** A bus over Redis pub/sub, with one connection to publish and one to subscribe. */
export function createRedisBus({ url, prefix, log }: RedisBusOptions): Bus {
  const channelOf = (organizationId: string) => `${prefix}feed:${organizationId}`;
  const nudgeChannel = `${prefix}nudge`;
  const listeners = new Map<string, (batch: Batch) => void>();
  const nudgeListeners = new Set<() => void>();
  const reconnectListeners = new Set<() => void>();

  const publisher = new Redis(url, { ...FAIL_FAST, connectionName: 'muster-feed-publisher' });
  const subscriber = new Redis(url, { ...FAIL_FAST, connectionName: 'muster-feed-subscriber' });
  // 'ready' and 'close' report the state of the connection. Without a listener, ioredis prints every error.
  publisher.on('error', () => {});

  /** Undefined until the first connection attempt has succeeded or failed. */
  let isConnected: boolean | undefined;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;
  const firstAttempt = Promise.withResolvers<void>();

  function markLost(error?: unknown): void {
    if (isConnected !== false && !isClosed) {
      log.warn({ err: error }, 'feed: Redis is not reachable; changes are read from the log');
    }
    isConnected = false;
    firstAttempt.resolve();
  }

  /** Once for a connection, however many of its commands fail: ioredis calls it ready until its stream has closed. */
  function restart(redis: Redis): void {
    if (redis.status === 'ready' && !redis.stream.writableEnded) redis.disconnect(true);
  }

  subscriber.on('error', markLost);
  subscriber.on('close', () => markLost());
  subscriber.on('ready', async () => {
    try {
      await subscriber.subscribe(nudgeChannel, ...[...listeners.keys()].map(channelOf));
    } catch (error) {
      // The connection broke, or Redis refused the command. ioredis does not back off for a refusal.
      markLost(error);
      if (!isClosed) retry = setTimeout(restart, BACKOFF.maxMs, subscriber);
      return;
    }
    isConnected = true;
    firstAttempt.resolve();
    log.debug({}, 'feed: subscribed to Redis');
    for (const listener of reconnectListeners) listener();
  });
  subscriber.on('message', (channel: string, message: string) => {
    if (channel === nudgeChannel) {
      for (const listener of nudgeListeners) listener();
      return;
    }
    const batch = decodeBatch(message);
    // A channel carries one organization's batches. A message that names another one is ignored.
    if (batch && channelOf(batch.organizationId) === channel) listeners.get(batch.organizationId)?.(batch);
  });

  // A connection that only receives never notices that its peer is gone, so it pings.
  const pinging = setInterval(() => {
    if (isConnected) subscriber.ping().catch(() => restart(subscriber));
  }, PING_MS);

  async function send(channel: string, message: string): Promise<void> {
    if (publisher.status !== 'ready' || publisher.stream.writableLength > MAX_UNSENT_BYTES) return;
    try {
      await publisher.publish(channel, message);
    } catch (error) {
      // The batch is in the log. The connection restarts, because ioredis keeps an unanswered command in memory.
      if (!(error instanceof ReplyError)) restart(publisher);
    }
  }

  // At most one nudge is being sent and one more is due, so that a busy writer does not send one per commit.
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

    isDelivering: () => isConnected === true,

    async close() {
      isClosed = true;
      clearInterval(pinging);
      clearTimeout(retry);
      await Promise.all([publisher, subscriber].map((redis) => redis.quit().catch(() => redis.disconnect())));
    },
  };
}
