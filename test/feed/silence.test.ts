/** Connections whose peer is silent without closing them, and peers that stop reading. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Client } from 'pg';
import pg from 'pg';
import pino from 'pino';
import { describe, expect, inject, it } from 'vitest';
import { createRedisBus } from '../../src/feed/bus/redisBus.ts';
import { connectSequencer } from '../../src/feed/sequence/connection.ts';
import { createPartitionKeeper } from '../../src/feed/sequence/partition.ts';
import { startRetention } from '../../src/feed/sequence/retention.ts';
import { openFeedDatabase, until } from '../support/feed.ts';
import { startProxy } from '../support/proxy.ts';

const log = pino({ level: 'silent' });
/** PostgreSQL's Terminate message. */
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function throughProxy(url: string) {
  const proxy = await startProxy(url);
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = new URL(proxy.url).port;
  return { proxy, url: through.href };
}

describe.concurrent('a leader', () => {
  it('that stops reading its answer loses the lock of the head', async () => {
    const db = await openFeedDatabase();
    const { proxy, url } = await throughProxy(db.url);
    const { client } = await connectSequencer(url);
    const asked = client.query(
      `SELECT FROM feed_head FOR UPDATE; SELECT pg_sleep(1); SELECT repeat(md5(i::text), 30000) FROM generate_series(1, 60) i`,
    );
    const lost = asked.then(
      () => false,
      () => true,
    );
    await pause(500);
    proxy.stall();
    await pause(1_500);
    const other = new pg.Client({ connectionString: db.url });
    await other.connect();
    await expect(
      other.query(`SET lock_timeout = '100ms'; SELECT FROM feed_head FOR UPDATE`),
    ).rejects.toMatchObject({ code: '55P03' });
    await other.query(`SET lock_timeout = '30s'; SELECT FROM feed_head FOR UPDATE`);
    await other.end();
    await proxy[Symbol.asyncDispose]();
    expect(await lost).toBe(true);
    await db.close();
  });

  it('whose connection is silent reconnects within seconds', async () => {
    const db = await openFeedDatabase();
    const organizationId = await db.organization();
    const { proxy, url } = await throughProxy(db.url);
    const feed = db.feed({ database: { url, feedPool: db.pool } });
    await until(() => feed.status().isSequencing);
    await db.drained();
    proxy.stall();
    const stalledAt = performance.now();
    await db.sessions(organizationId, 1);
    await db.drained();
    expect(performance.now() - stalledAt).toBeLessThan(25_000);
    // Closing does not wait for the silent connection either.
    proxy.stall();
    const closedAt = performance.now();
    await feed.close();
    expect(performance.now() - closedAt).toBeLessThan(12_000);
    await proxy[Symbol.asyncDispose]();
    await db.close();
  });

  it('whose connection falls silent during a batch reconnects within seconds', async () => {
    const db = await openFeedDatabase();
    const organizationId = await db.organization();
    const { proxy, url } = await throughProxy(db.url);
    const feed = db.feed({ database: { url, feedPool: db.pool } });
    await until(() => feed.status().isSequencing);
    await db.drained();
    const stalledAt = Promise.withResolvers<number>();
    let isStalled = false;
    proxy.onRequest((bytes) => {
      if (isStalled || !bytes.includes('FROM feed_head FOR UPDATE')) return;
      isStalled = true;
      proxy.stall();
      stalledAt.resolve(performance.now());
    });
    await db.sessions(organizationId, 1);
    const startedAt = await stalledAt.promise;
    // The database has the batch and completes it. Only a new leader moves the change after it.
    await db.drained();
    await db.sessions(organizationId, 1);
    await db.drained();
    expect(performance.now() - startedAt).toBeLessThan(25_000);
    await feed.close();
    await proxy[Symbol.asyncDispose]();
    await db.close();
  });
});

describe('the retention', () => {
  it('does not wait for a silent connection to close', async () => {
    const db = await openFeedDatabase();
    const { hostname, port } = new URL(db.url);
    const leaving = Promise.withResolvers<void>();
    const sockets: Socket[] = [];
    // A network that silently drops the Terminate message.
    const network = createServer({ allowHalfOpen: true }, (client) => {
      const server = connect(Number(port), hostname);
      sockets.push(client, server);
      server.pipe(client);
      client.on('data', (bytes) => {
        if (bytes.subarray(-TERMINATE.length).equals(TERMINATE)) leaving.resolve();
        else server.write(bytes);
      });
    });
    network.listen(0, '127.0.0.1');
    await once(network, 'listening');
    const url = new URL(db.url);
    url.host = `127.0.0.1:${(network.address() as AddressInfo).port}`;
    const retention = startRetention({ url: url.href, log, days: 1, rows: 1, everyMs: 1 });
    await leaving.promise;
    await retention.stop();
    for (const socket of sockets) socket.destroy();
    network.close();
    await db.close();
  });
});

describe('creating partitions ahead', () => {
  it('does not block while the existing partitions suffice', async () => {
    const db = await openFeedDatabase();
    const organizationId = await db.organization();
    await db.pool.query('UPDATE feed_head SET position = 60000');
    // The lock of VACUUM or CREATE INDEX CONCURRENTLY.
    const busy = new pg.Client({ connectionString: db.url });
    await busy.connect();
    await busy.query('BEGIN; LOCK TABLE change_log IN SHARE UPDATE EXCLUSIVE MODE');
    db.feed();
    await db.sessions(organizationId, 1);
    await db.drained();
    await busy.end();
    await db.close();
  });

  it('reports a lost connection', async () => {
    const failing = (error: Error) =>
      createPartitionKeeper({ query: () => Promise.reject(error) } as unknown as Client, log);
    await expect(failing(new Error('Query read timeout')).keepAhead(0)).rejects.toThrow('Query read timeout');
    await failing(new pg.DatabaseError('canceling statement due to lock timeout', 0, 'error')).keepAhead(0);
  });
});

const redisUrl = inject('redisUrl') ?? undefined;

describe.skipIf(!redisUrl)('a Redis that stops reading (skipped only without one)', () => {
  it('is disconnected, and its unsent messages are freed', async () => {
    await using proxy = await startProxy(redisUrl ?? '');
    const bus = createRedisBus({ url: proxy.url.replace('http', 'redis'), prefix: 'silent:', log });
    await until(() => bus.isDelivering());
    const connections = proxy.connections();
    proxy.stall();
    const events = JSON.stringify(['y'.repeat(200_000)]);
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const used = () => {
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    collect();
    const before = used();
    const limit = 150 * 1024 * 1024;
    let offered = 0;
    let most = 0;
    while (proxy.connections() < connections + 2) {
      for (let i = 0; i < 10; i += 1) {
        bus.publish({ epoch: '0', organizationId: 'o', previous: 0, first: 1, last: 1, count: 1, events });
      }
      offered += 10 * events.length;
      // Garbage is no use of memory, but collecting it at every step would leave no time to publish.
      if (used() - before > limit) collect();
      most = Math.max(most, used() - before);
      await pause(10);
    }
    // Twenty times the limit of unsent bytes.
    expect(offered).toBeGreaterThan(300 * 1024 * 1024);
    expect(most).toBeLessThan(limit);
    await bus.close();
  });
});
