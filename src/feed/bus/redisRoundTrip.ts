import { randomUUID } from 'node:crypto';
import { Redis, type RedisOptions } from 'ioredis';
import { withTimeout } from '../concurrency/timeout.ts';

const TIMEOUT_MS = 3_000;

const ONCE: RedisOptions = {
  lazyConnect: true,
  retryStrategy: () => null,
  maxRetriesPerRequest: 0,
  connectTimeout: TIMEOUT_MS,
  commandTimeout: TIMEOUT_MS,
  connectionName: 'muster-doctor',
};

/**
 * Publishes one message on a channel of its own and waits until it arrives.
 * @throws when Redis is not reachable, refuses a command, or the message does not arrive within seconds
 */
export async function roundTrip(url: string): Promise<{ milliseconds: number; version: string }> {
  const subscriber = new Redis(url, ONCE);
  const publisher = new Redis(url, ONCE);
  const failed = Promise.withResolvers<never>();
  // The connection's error says more than the command's, which is "Connection is closed".
  for (const redis of [subscriber, publisher]) redis.on('error', failed.reject);
  failed.promise.catch(() => {});
  try {
    return await Promise.race([failed.promise, withTimeout(TIMEOUT_MS, exchange(subscriber, publisher))]);
  } finally {
    subscriber.disconnect();
    publisher.disconnect();
  }
}

async function exchange(
  subscriber: Redis,
  publisher: Redis,
): Promise<{ milliseconds: number; version: string }> {
  const channel = `muster:doctor:${randomUUID()}`;
  await Promise.all([subscriber.connect(), publisher.connect()]);
  const arrived = new Promise<void>((resolve) => subscriber.once('message', () => resolve()));
  await subscriber.subscribe(channel);
  const started = performance.now();
  await publisher.publish(channel, '');
  await arrived;
  const milliseconds = performance.now() - started;
  const version = /redis_version:(\S+)/.exec(await publisher.info('server'))?.[1] ?? '(unknown version)';
  return { milliseconds, version };
}
