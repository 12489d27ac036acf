/** Nothing is skipped in silence: what a cursor that does not lead on is answered. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/feed/cursor.ts';
import { CursorExpiredError, InvalidCursorError } from '../../src/feed/error.ts';
import type { Feed } from '../../src/feed/feed.ts';
import { type FeedDatabase, openFeedDatabase, take, until } from '../support/feed.ts';

let db: FeedDatabase;
let feed: Feed;
let organizationId: string;
let sessions: string[];

beforeEach(async () => {
  db = await openFeedDatabase();
  feed = db.feed();
  organizationId = await db.organization();
  sessions = await db.sessions(organizationId, 3);
  await db.drained();
  await feed.head();
});

afterEach(() => db.close());

const all = () => true;
const open = (after: string, other = feed) => other.open({ organizationId, after, matches: all });
const stored = (after: string) => feed.changes({ organizationId, after, limit: 10 });

/** As the retention does it: from below. */
async function forget(upTo: number): Promise<void> {
  await db.pool.query('DELETE FROM change_log WHERE position <= $1', [upTo]);
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

  it('is compared with the head of the database, not of the process', async () => {
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
  it('is one of another history', async () => {
    for (const ask of [open, stored, () => open(otherEpoch(1_000))]) {
      const error = await refusal(ask(otherEpoch(1)));
      expect(error).toBeInstanceOf(CursorExpiredError);
      expect(error).toMatchObject({ code: 'CURSOR_EXPIRED', oldestCursor: feed.encode(0) });
    }
  });

  it('is one whose successor is no longer stored', async () => {
    await forget(2);
    for (const ask of [open, stored]) {
      const error = await refusal(ask(feed.encode(1)));
      expect(error).toBeInstanceOf(CursorExpiredError);
      expect(error).toMatchObject({ oldestCursor: feed.encode(2) });
    }
    const stream = await open(feed.encode(2));
    expect((await take(stream, 1))[0]?.position).toBe(3);
    expect((await stored(feed.encode(2))).map(({ position }) => position)).toEqual([3, 4]);
  });

  it('is every one but the head when nothing is stored any more', async () => {
    await forget(4);
    await expect(open(feed.encode(3))).rejects.toMatchObject({ oldestCursor: feed.encode(4) });
    const stream = await open(feed.encode(4));
    await db.raise(sessions);
    expect((await take(stream, 3)).map(({ position }) => position)).toEqual([5, 6, 7]);
  });

  it('may be that of a stream which was not read for too long', async () => {
    const stream = await open(feed.encode(0));
    await take(stream, 1);
    // Far more than is kept at hand, or one page holds.
    const many = await db.sessions(organizationId, 300);
    for (let round = 0; round < 10; round += 1) await db.raise(many);
    await db.drained();
    await forget(2_000);
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

  it('does not pass unnoticed when a process was away for longer than the retention', async () => {
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
    await forget(6);
    isCut = false;
    await expect(waiting).rejects.toMatchObject({ code: 'CURSOR_EXPIRED', oldestCursor: feed.encode(6) });
  });
});

describe('another history', () => {
  it('ends all streams, and what comes then has cursors of its own', async () => {
    const streams = await Promise.all([open(feed.encode(4)), open(feed.encode(4)), open(feed.encode(0))]);
    const waiting = streams.slice(0, 2).map((stream) => stream.next());
    const before = feed.encode(4);
    await db.pool.query('UPDATE feed_head SET nonce = gen_random_uuid()');
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

  it('is also one that goes on from an earlier position', async () => {
    const stream = await open(feed.encode(4));
    const waiting = stream.next();
    await db.pool.query('UPDATE feed_head SET position = 2; DELETE FROM change_log WHERE position > 2');
    await expect(waiting).rejects.toBeInstanceOf(CursorExpiredError);
    await until(async () => (await feed.head()) === 2);
  });
});
