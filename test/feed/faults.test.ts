/** Losing the bus, the sequencer or database connections delays changes. It loses none, repeats none, reorders none. */

import type { Batch } from '../../src/feed/bus/batch.ts';
import type { Bus } from '../../src/feed/bus/bus.ts';
import type { Feed } from '../../src/feed/feed.ts';
import type { ChangeStream } from '../../src/feed/follow/stream.ts';
import { endSequencers, type FeedDatabase, take, until } from '../support/feed.ts';
import { audit, write } from '../support/feedOracle.ts';
import { freePort, startRedis } from '../support/redis.ts';
import { describe, expect, inject, test } from '../support/test.ts';

const WRITERS = 6;
const ROWS = 3_000;
const BATCH_SIZE = 20;

const it = test.extend('organizationId', async ({ feedDatabase: db }) => await db.organization());

/** Collects what subscribers receive until the database's head is reached, and compares it with the log. */
async function follow(
  organizationId: string,
  db: FeedDatabase,
  feed: Feed,
): Promise<{ complete(): Promise<void> }> {
  const after = feed.encode(0);
  const streams = await Promise.all(
    [1, 2, 3].map(() => feed.open({ organizationId, after, matches: () => true })),
  );
  const reading = streams.map(async (stream) => {
    const positions: number[] = [];
    for await (const change of stream) positions.push(change.position);
    return positions;
  });
  return {
    async complete() {
      await db.drained();
      const head = await feed.head();
      await until(() => streams.every((stream) => stream.position() >= head));
      for (const stream of streams) await stream.return();
      for (const positions of await Promise.all(reading)) {
        expect(positions).toEqual(Array.from({ length: head }, (_, index) => index + 1));
      }
    },
  };
}

/** @param onCommit is awaited. */
async function writeAndAudit(
  organizationId: string,
  db: FeedDatabase,
  onCommit: (commits: number) => Promise<void> | undefined,
): Promise<void> {
  let commits = 0;
  const meanwhile: (Promise<void> | undefined)[] = [];
  const counted = () => {
    commits += 1;
    meanwhile.push(onCommit(commits));
  };
  const committed = await write({ db, organizationId, writers: WRITERS, rows: ROWS, onCommit: counted });
  await Promise.all(meanwhile);
  await db.drained();
  const { head: _, ...found } = await audit(db.pool);
  expect(found).toEqual({ updates: committed, outOfOrder: 0, split: 0, gaps: 0 });
}

/** Ends every connection of the feed, including the sequencer's. */
async function endConnections(db: FeedDatabase): Promise<void> {
  await db.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'muster%'`,
  );
}

/** A bus that drops, duplicates and delays batches, and so reorders them. */
function unreliable(bus: Bus): Bus {
  const spoil = (listener: (batch: Batch) => void) => (batch: Batch) => {
    const luck = Math.random();
    if (luck < 0.15) return;
    if (luck < 0.3) setTimeout(listener, Math.random() * 60, batch);
    else listener(batch);
    if (luck > 0.9) listener(batch);
  };
  return { ...bus, subscribe: (organization, listener) => bus.subscribe(organization, spoil(listener)) };
}

describe('one process delivers every change once and in order despite', () => {
  it('a bus that drops, duplicates and reorders batches', async ({ organizationId, feedDatabase: db }) => {
    const feed = db.feed({ batchSize: BATCH_SIZE, wrapBus: unreliable });
    await feed.ready();
    const followers = await follow(organizationId, db, feed);
    await writeAndAudit(organizationId, db, () => void feed.nudge());
    await followers.complete();
  });

  it('a bus that delivers nothing', async ({ organizationId, feedDatabase: db }) => {
    const feed = db.feed({ batchSize: BATCH_SIZE, wrapBus: (bus) => ({ ...bus, publish: () => {} }) });
    await feed.ready();
    const followers = await follow(organizationId, db, feed);
    await writeAndAudit(organizationId, db, () => void feed.nudge());
    await followers.complete();
  });

  it('a sequencer whose connection is ended repeatedly', async ({ organizationId, feedDatabase: db }) => {
    const feed = db.feed({ batchSize: BATCH_SIZE });
    await feed.ready();
    const followers = await follow(organizationId, db, feed);
    await writeAndAudit(organizationId, db, (commits) => {
      feed.nudge();
      return commits % 25 === 0 ? endSequencers(db.pool) : undefined;
    });
    await followers.complete();
  });

  it('database connections that are ended repeatedly', async ({ organizationId, feedDatabase: db }) => {
    const feed = db.feed({ batchSize: BATCH_SIZE, wrapBus: unreliable });
    await feed.ready();
    const followers = await follow(organizationId, db, feed);
    await writeAndAudit(organizationId, db, (commits) => {
      feed.nudge();
      return commits % 40 === 0 ? endConnections(db) : undefined;
    });
    await followers.complete();
  });
});

describe('two processes without Redis', () => {
  it("deliver each other's changes by polling the log", async ({ organizationId, feedDatabase: db }) => {
    const feeds = [db.feed({ batchSize: BATCH_SIZE }), db.feed({ batchSize: BATCH_SIZE })];
    await Promise.all(feeds.map((feed) => feed.ready()));
    const followers = await Promise.all(feeds.map((feed) => follow(organizationId, db, feed)));
    await writeAndAudit(organizationId, db, (commits) => void feeds[commits % 2]?.nudge());
    for (const each of followers) await each.complete();
  });
});

const redisUrl = inject('redisUrl') ?? undefined;

describe.skipIf(!redisUrl)(
  'with Redis (skipped only without one), every change is delivered once and in order',
  () => {
    it('between two processes', async ({ organizationId, feedDatabase: db }) => {
      const feeds = [db.feed({ redisUrl }), db.feed({ redisUrl, sequence: false })];
      await Promise.all(feeds.map((feed) => feed.ready()));
      await until(() => feeds.every((feed) => feed.status().isBusDelivering));
      const followers = await Promise.all(feeds.map((feed) => follow(organizationId, db, feed)));
      await writeAndAudit(organizationId, db, (commits) => void feeds[commits % 2]?.nudge());
      for (const each of followers) await each.complete();
    });

    it('when it drops, duplicates and reorders batches', async ({ organizationId, feedDatabase: db }) => {
      const feeds = [1, 2].map(() => db.feed({ redisUrl, batchSize: BATCH_SIZE, wrapBus: unreliable }));
      await Promise.all(feeds.map((feed) => feed.ready()));
      const followers = await Promise.all(feeds.map((feed) => follow(organizationId, db, feed)));
      await writeAndAudit(organizationId, db, (commits) => void feeds[commits % 2]?.nudge());
      for (const each of followers) await each.complete();
    });

    it('when it is killed and started again', async ({ organizationId, feedDatabase: db }) => {
      const port = await freePort();
      let redis = await startRedis(port);
      const url = `redis://127.0.0.1:${port}`;
      const feeds = [1, 2].map(() => db.feed({ redisUrl: url, batchSize: BATCH_SIZE }));
      await Promise.all(feeds.map((feed) => feed.ready()));
      const followers = await Promise.all(feeds.map((feed) => follow(organizationId, db, feed)));
      let restarts = Promise.resolve();
      await writeAndAudit(organizationId, db, (commits) => {
        feeds[commits % 2]?.nudge();
        if (commits % 150 !== 0) return undefined;
        restarts = restarts.then(async () => {
          await redis?.stop();
          redis = await startRedis(port);
        });
        return restarts;
      });
      for (const each of followers) await each.complete();
      await until(() => feeds.every((feed) => feed.status().isBusDelivering));
      // A stream that is opened now uses the restored bus.
      const [session = ''] = await db.sessions(organizationId, 1);
      const stream = await feeds[1]?.open({
        organizationId,
        matches: ({ type }) => type === 'SESSION_UPDATED',
      });
      await db.raise([session]);
      expect(await take(stream as ChangeStream, 1)).toMatchObject([{ entityId: session, count: 1 }]);
      await Promise.all(feeds.map((feed) => feed.close()));
      await redis?.stop();
    });

    it('when it starts after the feed was opened', async ({ organizationId, feedDatabase: db }) => {
      const port = await freePort();
      const url = `redis://127.0.0.1:${port}`;
      const feeds = [db.feed({ redisUrl: url }), db.feed({ redisUrl: url, sequence: false })];
      const streams = await Promise.all(
        feeds.map((feed) => feed.open({ organizationId, matches: ({ type }) => type === 'SESSION_UPDATED' })),
      );
      const [session = ''] = await db.sessions(organizationId, 1);
      const raise = async (count: number) => {
        await db.raise([session]);
        for (const feed of feeds) feed.nudge();
        for (const stream of streams) expect(await take(stream, 1)).toMatchObject([{ count }]);
      };
      await raise(1);
      expect(feeds.map((feed) => feed.status().isBusDelivering)).toEqual([false, false]);
      const redis = await startRedis(port);
      await until(() => feeds.every((feed) => feed.status().isBusDelivering));
      await raise(2);
      await redis?.stop();
      await until(() => feeds.every((feed) => !feed.status().isBusDelivering));
      await raise(3);
      await Promise.all(feeds.map((feed) => feed.close()));
    });
  },
);
