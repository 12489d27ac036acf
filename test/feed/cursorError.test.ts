/** The feed returns an error for every cursor that it cannot resume after, and never skips changes silently. */

import { type Batch, decodeBatch, encodeBatch } from '../../src/feed/bus/batch.ts';
import type { Feed } from '../../src/feed/feed.ts';
import { decodeCursor, encodeCursor } from '../../src/feed/log/cursor.ts';
import { CursorExpiredError, InvalidCursorError } from '../../src/feed/log/error.ts';
import { type FeedDatabase, take, until } from '../support/feed.ts';
import { describe, expect, it } from '../support/test.ts';

let feed: Feed;
let organizationId: string;
let sessions: string[];

it.beforeEach(async ({ feedDatabase: db }) => {
  feed = db.feed();
  organizationId = await db.organization();
  sessions = await db.sessions(organizationId, 3);
  await db.drained();
  await feed.head();
});

const all = () => true;
const open = (after: string, other = feed) => other.open({ organizationId, after, matches: all });
const stored = (after: string) => feed.changes({ organizationId, after, limit: 10 });

/** Lets the test delete rows of the log, which a trigger refuses otherwise. */
const UNREFUSED = 'ALTER TABLE change_log DISABLE TRIGGER USER';

/** Deletes the oldest changes, as the retention does. */
async function forget(db: FeedDatabase, upTo: number): Promise<void> {
  await db.pool.query(`${UNREFUSED}; DELETE FROM change_log WHERE position <= ${upTo}`);
}

const refusal = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error) => error,
  );

const otherEpoch = (position: number) => encodeCursor({ epoch: '0123456789abcdef', position });

describe('an invalid cursor', () => {
  it.each([
    ['garbage', () => 'garbage'],
    ['empty', () => ''],
    ['beyond the head', () => feed.encode(5)],
    ['far beyond the head', () => feed.encode(Number.MAX_SAFE_INTEGER)],
  ])('is one that is %s', async (_, cursor) => {
    for (const ask of [open, stored]) {
      const error = await refusal(ask(cursor()));
      expect(error).toBeInstanceOf(InvalidCursorError);
      expect(error).toMatchObject({ code: 'INVALID_CURSOR', oldestCursor: feed.encode(0) });
    }
    expect(feed.status().streams).toBe(0);
  });

  it('is one beyond the head of the database, not beyond the head that the process knows', async ({
    feedDatabase: db,
  }) => {
    const behind = db.feed({ sequence: false, wrapBus: (bus) => ({ ...bus, isDelivering: () => true }) });
    await behind.open({ organizationId, matches: all });
    await db.raise(sessions);
    await db.drained();
    const stream = await open(feed.encode(7), behind);
    expect(stream.position()).toBe(7);
    await expect(open(feed.encode(8), behind)).rejects.toBeInstanceOf(InvalidCursorError);
  });
});

describe('an expired cursor', () => {
  it('is one of another epoch', async () => {
    for (const ask of [open, stored, () => open(otherEpoch(1_000))]) {
      const error = await refusal(ask(otherEpoch(1)));
      expect(error).toBeInstanceOf(CursorExpiredError);
      expect(error).toMatchObject({ code: 'CURSOR_EXPIRED', oldestCursor: feed.encode(0) });
    }
  });

  it('is one whose next change is no longer stored', async ({ feedDatabase: db }) => {
    await forget(db, 2);
    for (const ask of [open, stored]) {
      const error = await refusal(ask(feed.encode(1)));
      expect(error).toBeInstanceOf(CursorExpiredError);
      expect(error).toMatchObject({ oldestCursor: feed.encode(2) });
    }
    const stream = await open(feed.encode(2));
    expect((await take(stream, 1))[0]?.position).toBe(3);
    expect((await stored(feed.encode(2))).map(({ position }) => position)).toEqual([3, 4]);
  });

  it('is every one except the head when the log is empty', async ({ feedDatabase: db }) => {
    await forget(db, 4);
    await expect(open(feed.encode(3))).rejects.toMatchObject({ oldestCursor: feed.encode(4) });
    const stream = await open(feed.encode(4));
    await db.raise(sessions);
    expect((await take(stream, 3)).map(({ position }) => position)).toEqual([5, 6, 7]);
  });

  it('ends a stream that was not read until retention removed its next changes', async ({
    feedDatabase: db,
  }) => {
    const stream = await open(feed.encode(0));
    await take(stream, 1);
    // Far more than the ring or one page holds.
    const many = await db.sessions(organizationId, 300);
    for (let round = 0; round < 10; round += 1) await db.raise(many);
    await db.drained();
    await forget(db, 2_000);
    const readOn = async () => {
      for (;;) await stream.next();
    };
    await expect(readOn()).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
      oldestCursor: feed.encode(2_000),
    });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(feed.status().streams).toBe(0);
  });

  it('ends the streams of a process that was cut off for longer than the retention', async ({
    feedDatabase: db,
  }) => {
    let isCut = false;
    const feedPool = db.pool;
    const away = db.feed({
      sequence: false,
      database: {
        url: db.url,
        // The process cannot reach the database while it is cut off.
        feedPool: new Proxy(feedPool, {
          get: (pool, key) =>
            key === 'query' && isCut
              ? () => Promise.reject(new Error('cut off'))
              : (Reflect.get(pool, key).bind?.(pool) ?? Reflect.get(pool, key)),
        }),
      },
    });
    const stream = await open(feed.encode(4), away);
    const waiting = stream.next();
    isCut = true;
    await db.raise(sessions);
    await db.drained();
    await forget(db, 6);
    isCut = false;
    await expect(waiting).rejects.toMatchObject({ code: 'CURSOR_EXPIRED', oldestCursor: feed.encode(6) });
  });
});

describe('a process that received a batch beyond the head', () => {
  it("ends the organization's streams and starts again from the database", async ({ feedDatabase: db }) => {
    let tell: ((batch: Batch) => void) | undefined;
    const misled = db.feed({
      sequence: false,
      wrapBus: (bus) => ({
        ...bus,
        isDelivering: () => true,
        subscribe(organization, listener) {
          tell = listener;
          return bus.subscribe(organization, listener);
        },
      }),
    });
    const stream = await misled.open({ organizationId, matches: all });
    const [change] = await feed.changes({ organizationId, limit: 1 });
    const epoch = decodeCursor(feed.encode(0))?.epoch ?? '';
    const changes = change && [{ ...change, position: 1_000 }];
    tell?.({ epoch, organizationId, previous: 4, first: 1_000, last: 1_000, changes, bytes: 1 });
    expect((await stream.next()).value?.position).toBe(1_000);
    await db.raise(sessions);
    await expect(stream.next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    const next = await misled.open({ organizationId, after: feed.encode(4), matches: all });
    expect((await take(next, 3)).map(({ position }) => position)).toEqual([5, 6, 7]);
  });

  it('refuses a batch whose events do not end at its last position', () => {
    const batch = { epoch: '00', organizationId, previous: 0, first: 1, last: 9, count: 1 };
    expect(decodeBatch(encodeBatch({ ...batch, events: '[{"position":9}]' }))).toMatchObject({ last: 9 });
    expect(decodeBatch(encodeBatch({ ...batch, events: '[{"position":8}]' }))).toBeUndefined();
    expect(decodeBatch(encodeBatch({ ...batch, events: '[]' }))).toBeUndefined();
    expect(decodeBatch(encodeBatch(batch))).toMatchObject({ last: 9 });
  });
});

describe('the log', () => {
  it.for([
    'DELETE FROM change_log',
    'DELETE FROM change_log_0000000000 WHERE position = 1',
    `UPDATE change_log SET type = 'X' WHERE position = 1`,
    'TRUNCATE change_log',
    'DELETE FROM feed_head',
    'TRUNCATE feed_head',
  ])('stays: %s is refused', async (statement, { feedDatabase: db }) => {
    await expect(db.pool.query(statement)).rejects.toMatchObject({ code: '23001' });
  });

  it('refuses changes in partitions that are created later, too', async ({ feedDatabase: db }) => {
    await db.pool.query('SELECT ensure_change_log_partitions(500000)');
    await db.pool.query(
      `INSERT INTO change_log SELECT 499999, xid, organization_id, type, entity_type, entity_id, subjects, payload,
              actor_kind, actor_id, actor_name, request_id, occurred_at FROM change_log WHERE position = 1`,
    );
    await expect(db.pool.query('DELETE FROM change_log WHERE position = 499999')).rejects.toThrow('refused');
  });
});

describe('another epoch', () => {
  it('ends all streams, and gives new changes new cursors', async ({ feedDatabase: db }) => {
    const streams = await Promise.all([open(feed.encode(4)), open(feed.encode(4)), open(feed.encode(0))]);
    const waiting = streams.slice(0, 2).map((stream) => stream.next());
    const before = feed.encode(4);
    await db.pool.query('SELECT reset_feed_epoch()');
    const errors = await Promise.all(waiting.map(refusal));
    const after = feed.encode(0);
    expect(decodeCursor(after)?.epoch).not.toBe(decodeCursor(before)?.epoch);
    for (const error of errors) expect(error).toMatchObject({ code: 'CURSOR_EXPIRED', oldestCursor: after });
    await expect(streams[2]?.next()).rejects.toBeInstanceOf(CursorExpiredError);
    await expect(open(before)).rejects.toBeInstanceOf(CursorExpiredError);

    const stream = await feed.open({ organizationId, matches: all });
    await db.raise(sessions);
    const { value } = await stream.next();
    expect(value?.cursor).toBe(feed.encode(5));
    expect(feed.status().streams).toBe(1);
  });

  it('starts with a restore into the same database', async ({ feedDatabase: db }) => {
    const before = feed.encode(4);
    await db.pool.query('CREATE TABLE dumped AS TABLE feed_head');
    await db.raise(sessions);
    await db.drained();
    const after = await feed.headCursor();
    const waiting = (await open(after)).next();
    // A restore keeps every value, including the nonce, but creates the tables anew.
    await db.pool.query(`
      ALTER TABLE change_log DISABLE TRIGGER USER;
      DELETE FROM change_log WHERE position > 4;
      DROP TABLE feed_head;
      CREATE TABLE feed_head (LIKE dumped);
      INSERT INTO feed_head TABLE dumped`);
    for (let round = 0; round < 3; round += 1) await db.raise(sessions);
    await expect(waiting).rejects.toBeInstanceOf(CursorExpiredError);
    for (const cursor of [before, after]) {
      for (const ask of [open, stored]) await expect(ask(cursor)).rejects.toBeInstanceOf(CursorExpiredError);
    }
    const stream = await open(feed.encode(4));
    expect((await take(stream, 9)).map(({ position }) => position)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it('ignores batches of the previous epoch', async ({ feedDatabase: db }) => {
    const epochs = new Set<string>();
    const follower = db.feed({
      wrapBus: (bus) => ({
        ...bus,
        publish(batch) {
          epochs.add(batch.epoch);
          bus.publish(batch);
        },
      }),
    });
    await follower.ready();
    await feed.close();
    await until(() => follower.status().isSequencing);
    await db.pool.query(`CREATE TABLE dumped AS TABLE feed_head; DROP TABLE feed_head;
      CREATE TABLE feed_head (LIKE dumped); INSERT INTO feed_head TABLE dumped`);
    await db.raise(sessions);
    await db.drained();
    const epoch = decodeCursor(await follower.headCursor())?.epoch;
    await until(() => epochs.size > 0);
    expect([...epochs]).toEqual([epoch]);
  });

  it('is assumed when the head goes back to an earlier position', async ({ feedDatabase: db }) => {
    const stream = await open(feed.encode(4));
    const waiting = stream.next();
    await db.pool.query(
      `${UNREFUSED}; UPDATE feed_head SET position = 2; DELETE FROM change_log WHERE position > 2`,
    );
    await expect(waiting).rejects.toBeInstanceOf(CursorExpiredError);
    await until(async () => (await feed.head()) === 2);
  });
});
