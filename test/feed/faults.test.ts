/** Losing the bus, the sequencer or database connections delays changes. It loses none, repeats none, reorders none. */
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Batch } from '../../src/feed/bus/batch.ts';
import type { Bus } from '../../src/feed/bus/bus.ts';
import type { Feed } from '../../src/feed/feed.ts';
import type { ChangeStream } from '../../src/feed/follow/stream.ts';
import { endSequencers, type FeedDatabase, openFeedDatabase, take, until } from '../support/feed.ts';
import { audit, write } from '../support/feedOracle.ts';
import { freePort, startRedis } from '../support/redis.ts';

const WRITERS = 6;
const ROWS = 3_000;
const BATCH_SIZE = 20;

let db: FeedDatabase;
let organizationId: string;

beforeEach(async () => {
  db = await openFeedDatabase();
  organizationId = await db.organization();
});

afterEach(() => db.close());

/** Collects what subscribers receive until the database's head is reached, and compares it with the log. */
async function follow(feed: Feed): Promise<{ complete(): Promise<void> }> {
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
async function writeAndAudit(onCommit: (commits: number) => Promise<void> | undefined): Promise<void> {
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
async function endConnections(): Promise<void> {
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
  it('a bus that drops, duplicates and reorders batches', { timeout: 60_000 }, async () => {
    const feed = db.feed({ batchSize: BATCH_SIZE, wrapBus: unreliable });
    await feed.ready();
    const followers = await follow(feed);
    await writeAndAudit(() => void feed.nudge());
    await followers.complete();
  });

  it('a bus that delivers nothing', { timeout: 60_000 }, async () => {
    const feed = db.feed({ batchSize: BATCH_SIZE, wrapBus: (bus) => ({ ...bus, publish: () => {} }) });
    await feed.ready();
    const followers = await follow(feed);
    await writeAndAudit(() => void feed.nudge());
    await followers.complete();
  });

  it('a sequencer whose connection is ended repeatedly', { timeout: 60_000 }, async () => {
    const feed = db.feed({ batchSize: BATCH_SIZE });
    await feed.ready();
    const followers = await follow(feed);
    await writeAndAudit((commits) => {
      feed.nudge();
      return commits % 25 === 0 ? endSequencers(db.pool) : undefined;
    });
    await followers.complete();
  });

  it('database connections that are ended repeatedly', { timeout: 60_000 }, async () => {
    const feed = db.feed({ batchSize: BATCH_SIZE, wrapBus: unreliable });
    await feed.ready();
    const followers = await follow(feed);
    await writeAndAudit((commits) => {
      feed.nudge();
      return commits % 40 === 0 ? endConnections() : undefined;
    });
    await followers.complete();
  });
});

describe('two processes without Redis', () => {
  it("deliver each other's changes by polling the log", { timeout: 60_000 }, async () => {
    const feeds = [db.feed({ batchSize: BATCH_SIZE }), db.feed({ batchSize: BATCH_SIZE })];
    await Promise.all(feeds.map((feed) => feed.ready()));
    const followers = await Promise.all(feeds.map(follow));
    await writeAndAudit((commits) => void feeds[commits % 2]?.nudge());
    for (const each of followers) await each.complete();
  });
});

const redisUrl = inject('redisUrl') ?? undefined;

describe.skipIf(!redisUrl)(
  'with Redis (skipped only without one), every change is delivered once and in order',
  () => {
    it('between two processes', { timeout: 60_000 }, async () => {
      const feeds = [db.feed({ redisUrl }), db.feed({ redisUrl, sequence: false })];
      await Promise.all(feeds.map((feed) => feed.ready()));
      await until(() => feeds.every((feed) => feed.status().isBusDelivering));
      const followers = await Promise.all(feeds.map(follow));
      await writeAndAudit((commits) => void feeds[commits % 2]?.nudge());
      for (const each of followers) await each.complete();
    });

    it('when it drops, duplicates and reorders batches', { timeout: 60_000 }, async () => {
      const feeds = [1, 2].map(() => db.feed({ redisUrl, batchSize: BATCH_SIZE, wrapBus: unreliable }));
      await Promise.all(feeds.map((feed) => feed.ready()));
      const followers = await Promise.all(feeds.map(follow));
      await writeAndAudit((commits) => void feeds[commits % 2]?.nudge());
      for (const each of followers) await each.complete();
    });

    it('when it is killed and started again', { timeout: 60_000 }, async () => {
      const port = await freePort();
      let redis = await startRedis(port);
      const url = `redis://127.0.0.1:${port}`;
      const feeds = [1, 2].map(() => db.feed({ redisUrl: url, batchSize: BATCH_SIZE }));
      await Promise.all(feeds.map((feed) => feed.ready()));
      const followers = await Promise.all(feeds.map(follow));
      let restarts = Promise.resolve();
      await writeAndAudit((commits) => {
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

    it('when it starts after the feed was opened', { timeout: 60_000 }, async () => {
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
