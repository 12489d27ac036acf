/** Streams: stored and live changes as one sequence, and a clean end. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ChangesQuery, Feed } from '../../src/feed/feed.ts';
import type { Change } from '../../src/feed/log/change.ts';
import { take, until } from '../support/feed.ts';
import { write } from '../support/feedOracle.ts';
import { describe, expect, it } from '../support/test.ts';

let feed: Feed;
let organizationId: string;
let sessions: string[];

it.beforeEach(async ({ feedDatabase: db }) => {
  feed = db.feed({ leaveMs: 10 });
  organizationId = await db.organization();
  sessions = await db.sessions(organizationId, 3);
  await db.drained();
  await feed.ready();
});

const all = () => true;
const isUpdate = (change: Change) => change.type === 'SESSION_UPDATED';

describe('a stream starts', () => {
  it('at the current head without `after`', async ({ feedDatabase: db }) => {
    const stream = await feed.open({ organizationId, matches: all });
    expect(await stream.live).toBe(true);
    expect(stream.position()).toBe(4);
    expect(stream.cursor()).toBe(feed.encode(4));
    await db.raise(sessions);
    expect((await take(stream, 3)).map(({ position }) => position)).toEqual([5, 6, 7]);
  });

  it('right after `after`, with stored and then live changes', async ({ feedDatabase: db }) => {
    for (let round = 0; round < 4; round += 1) await db.raise(sessions);
    await db.drained();
    const stream = await feed.open({ organizationId, after: feed.encode(5), matches: all });
    const stored = await take(stream, 11);
    await db.raise(sessions);
    const live = await take(stream, 3);
    expect([...stored, ...live].map(({ position }) => position)).toEqual(
      Array.from({ length: 14 }, (_, index) => 6 + index),
    );
  });

  it('after a position that this process does not know yet, and waits for it', async ({
    feedDatabase: db,
  }) => {
    const slow = db.feed({ sequence: false, wrapBus: (bus) => ({ ...bus, isDelivering: () => true }) });
    await slow.open({ organizationId, matches: all });
    await db.raise(sessions);
    await db.drained();
    const after = await feed.headCursor();
    const stream = await slow.open({ organizationId, after, matches: all });
    expect(stream.cursor()).toBe(after);
    await db.raise(sessions);
    expect((await take(stream, 3)).map(({ count }) => count)).toEqual([2, 2, 2]);
  });

  it('with changes of the same form, stored or live', async ({ feedDatabase: db }) => {
    const after = await feed.headCursor();
    const live = await feed.open({ organizationId, matches: all });
    await db.raise(sessions);
    const received = [(await live.next()).value, (await live.next()).value, (await live.next()).value];
    expect(await feed.changes({ organizationId, after, limit: 10 })).toEqual(received);
    expect(received[0]).toEqual({
      position: 5,
      cursor: feed.encode(5),
      organizationId,
      type: 'SESSION_UPDATED',
      entityType: 'Session',
      entityId: sessions[0],
      subjects: expect.arrayContaining([sessions[0]]),
      payload: expect.objectContaining({ changed: ['branch'] }),
      actor: { kind: 'DATABASE', id: null, name: expect.any(String) },
      requestId: null,
      tokenId: null,
      occurredAt: expect.any(Date),
    });
  });
});

describe('resuming', () => {
  it('misses nothing and repeats nothing while writers continue', async ({ feedDatabase: db }) => {
    const after = await feed.headCursor();
    let isReading = true;
    const writing = write({
      db,
      organizationId,
      writers: 4,
      rows: Number.POSITIVE_INFINITY,
      isEnough: () => !isReading,
    });
    const resumer = async () => {
      const positions: number[] = [];
      let cursor = after;
      while (positions.length < 1_500) {
        const stream = await feed.open({ organizationId, after: cursor, matches: all });
        const length = 1 + Math.floor(Math.random() * 200);
        positions.push(...(await take(stream, length)).map(({ position }) => position));
        // The last change is not acknowledged yet, so resuming from the stream's own cursor would repeat it.
        cursor = feed.encode(positions.at(-1) ?? 0);
        await stream.return();
      }
      return positions;
    };
    const resumed = await Promise.all(Array.from({ length: 5 }, resumer));
    isReading = false;
    await writing;
    for (const positions of resumed) {
      expect(positions).toEqual(Array.from({ length: positions.length }, (_, index) => 5 + index));
    }
  });

  it('after a query delivers every change that the query did not see', async ({ feedDatabase: db }) => {
    let isReading = true;
    const writing = write({
      db,
      organizationId,
      writers: 4,
      rows: Number.POSITIVE_INFINITY,
      isEnough: () => !isReading,
    });
    for (let round = 0; round < 30; round += 1) {
      const after = await feed.headCursor();
      const { rows } = await db.pool.query('SELECT id, branch FROM session WHERE organization_id = $1', [
        organizationId,
      ]);
      const counts = new Map<string, number>(rows.map(({ id, branch }) => [id, Number(branch)]));
      const stream = await feed.open({ organizationId, after, matches: isUpdate });
      for (const { entityId, count } of await take(stream, 100)) {
        const known = counts.get(entityId) ?? 0;
        // The first changes may be ones that the query has seen. The rest follows without a gap.
        expect(count).toBeLessThanOrEqual(known + 1);
        counts.set(entityId, Math.max(known, count));
      }
      await stream.return();
    }
    isReading = false;
    await writing;
  });
});

describe('the position of a stream', () => {
  it('passes a change only when the next one is requested', async ({ feedDatabase: db }) => {
    const stream = await feed.open({ organizationId, after: feed.encode(0), matches: isUpdate });
    await db.raise(sessions);
    expect((await stream.next()).value?.position).toBe(5);
    expect(stream.position()).toBe(4);
    expect((await stream.next()).value?.position).toBe(6);
    expect(stream.position()).toBe(5);
  });

  it('passes changes that do not match and changes of other organizations', async ({ feedDatabase: db }) => {
    const stream = await feed.open({ organizationId, matches: () => false });
    const waiting = stream.next();
    await db.raise(sessions);
    await db.sessions(await db.organization(), 3);
    await until(() => stream.position() === 11);
    await stream.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('is live when every stored change has been acknowledged', async () => {
    const stream = await feed.open({ organizationId, after: feed.encode(0), matches: all });
    let isLive = false;
    stream.live.then(() => {
      isLive = true;
    });
    for (let position = 1; position <= 4; position += 1) {
      expect((await stream.next()).value?.position).toBe(position);
      expect(isLive).toBe(false);
    }
    const waiting = stream.next();
    expect(await stream.live).toBe(true);
    await stream.return();
    await waiting;
  });

  it('never becomes live if the stream ends first', async () => {
    const stream = await feed.open({ organizationId, after: feed.encode(0), matches: all });
    await stream.next();
    await stream.return();
    expect(await stream.live).toBe(false);
  });
});

describe('ending a stream', () => {
  it('wakes the waiting reader and frees every resource', async ({ feedDatabase: db }) => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const first = await feed.open({ organizationId, matches: all });
    await first.return();
    await until(() => feed.status().organizations === 0);
    const before = timers();
    for (let round = 0; round < 50; round += 1) {
      const streams = await Promise.all(
        [undefined, feed.encode(0), feed.encode(4)].map((after) =>
          feed.open({ organizationId, after, matches: () => false }),
        ),
      );
      const waiting = streams.map((stream) => stream.next());
      if (round % 2 === 0) await db.raise(sessions);
      expect(feed.status()).toMatchObject({ streams: 3, organizations: 1 });
      for (const stream of streams) await stream.return();
      for (const next of waiting) expect(await next).toEqual({ done: true, value: undefined });
    }
    expect(feed.status().streams).toBe(0);
    await until(() => feed.status().organizations === 0);
    await until(() => timers() <= before);
  });

  it('by a `break` works too', async () => {
    const stream = await feed.open({ organizationId, after: feed.encode(0), matches: all });
    for await (const change of stream) {
      if (change.position === 2) break;
    }
    expect(feed.status().streams).toBe(0);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('resolves every pending call', async ({ feedDatabase: db }) => {
    const stream = await feed.open({ organizationId, matches: all });
    const waiting = [stream.next(), stream.next(), stream.next()];
    await db.raise(sessions.slice(0, 1));
    expect((await waiting[0])?.value).toMatchObject({ position: 5 });
    await stream.return();
    expect(await waiting[1]).toEqual({ done: true, value: undefined });
    expect(await waiting[2]).toEqual({ done: true, value: undefined });
  });
});

describe('a throwing filter', () => {
  it('ends its own stream and no other', async ({ feedDatabase: db }) => {
    const good = await feed.open({ organizationId, matches: isUpdate });
    const bad = await feed.open({
      organizationId,
      matches: () => {
        throw new Error('broken filter');
      },
    });
    const broken = bad.next();
    await db.raise(sessions);
    await expect(broken).rejects.toThrow('broken filter');
    expect(await bad.next()).toEqual({ done: true, value: undefined });
    expect((await take(good, 3)).length).toBe(3);
    expect(feed.status().streams).toBe(1);
  });
});

describe('a slow reader', () => {
  it('costs no memory, however many changes follow', async ({ feedDatabase: db }) => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const slow = await Promise.all(
      Array.from({ length: 500 }, () => feed.open({ organizationId, matches: isUpdate })),
    );
    const quick = await feed.open({ organizationId, matches: isUpdate });
    const first = slow.map((stream) => stream.next());
    await db.raise(sessions);
    await Promise.all(first);
    await take(quick, 3);
    const many = await db.sessions(organizationId, 200);
    const used = async () => {
      for (let round = 0; round < 11; round += 1) {
        await db.raise(many);
        await take(quick, 200);
      }
      collect();
      return process.memoryUsage().heapUsed;
    };
    // The ring is full after the first round.
    const before = await used();
    for (let round = 0; round < 3; round += 1) expect((await used()) - before).toBeLessThan(2 * 1024 * 1024);
    expect(slow.every((stream) => stream.isBehind())).toBe(true);
  });

  it('still gets every change', async ({ feedDatabase: db }) => {
    const after = await feed.headCursor();
    const slow = await feed.open({ organizationId, after, matches: isUpdate });
    const quick = await feed.open({ organizationId, after, matches: isUpdate });
    expect((await Promise.all([db.raise(sessions), slow.next()]))[1].done).toBe(false);
    // More than the ring holds.
    const many = await db.sessions(organizationId, 200);
    for (let round = 0; round < 12; round += 1) await db.raise(many);
    expect(await take(quick, 2_403)).toHaveLength(2_403);
    const rest = await take(slow, 2_402);
    const counts = new Map<string, number>();
    for (const { entityId, count } of rest) {
      if (many.includes(entityId)) expect(count).toBe((counts.get(entityId) ?? 0) + 1);
      counts.set(entityId, count);
    }
    expect(rest.at(-1)?.position).toBe(slow.position() + 1);
  });
});

describe('a page of stored changes', () => {
  it('starts at the oldest change, or after a cursor', async ({ feedDatabase: db }) => {
    await db.raise(sessions);
    await db.drained();
    const positions = async (after?: string, limit = 3) =>
      (await feed.changes({ organizationId, after, limit })).map(({ position }) => position);
    expect(await positions()).toEqual([1, 2, 3]);
    expect(await positions(feed.encode(3))).toEqual([4, 5, 6]);
    expect(await positions(feed.encode(6))).toEqual([7]);
    expect(await positions(feed.encode(7))).toEqual([]);
  });

  it('ends at the newest change, or before a cursor, when it is read backward', async ({
    feedDatabase: db,
  }) => {
    await db.raise(sessions);
    await db.drained();
    const positions = async (range: Partial<ChangesQuery>) =>
      (await feed.changes({ organizationId, limit: 3, isBackward: true, ...range })).map(
        ({ position }) => position,
      );
    expect(await positions({})).toEqual([5, 6, 7]);
    expect(await positions({ before: feed.encode(5) })).toEqual([2, 3, 4]);
    expect(await positions({ before: feed.encode(2) })).toEqual([1]);
    expect(await positions({ before: feed.encode(1) })).toEqual([]);
    expect(await positions({ before: feed.encode(0) })).toEqual([]);
    expect(await positions({ after: feed.encode(5) })).toEqual([6, 7]);
    expect(await positions({ types: ['SESSION_CREATED'] })).toEqual([2, 3, 4]);
    expect(await positions({ types: ['PROJECT_CREATED'] })).toEqual([1]);
  });

  it('has only changes that pass the filters', async ({ feedDatabase: db }) => {
    await db.raise(sessions);
    await db.drained();
    const find = async (filter: Partial<ChangesQuery>) =>
      (await feed.changes({ organizationId, limit: 100, ...filter })).map(({ position }) => position);
    expect(await find({ types: ['SESSION_UPDATED'] })).toEqual([5, 6, 7]);
    expect(await find({ types: ['SESSION_UPDATED', 'PROJECT_CREATED'] })).toEqual([1, 5, 6, 7]);
    expect(await find({ types: [] })).toEqual([]);
    expect(await find({ entityId: sessions[1] })).toEqual([3, 6]);
    expect(await find({ actor: { kind: 'USER', id: sessions[1] ?? '' } })).toEqual([]);
    const [, , , , fifth, , seventh] = await feed.changes({ organizationId, limit: 100 });
    expect(await find({ since: fifth?.occurredAt })).toEqual(expect.arrayContaining([5, 6, 7]));
    expect(await find({ until: fifth?.occurredAt })).not.toContain(5);
    expect(await find({ since: new Date((seventh?.occurredAt.getTime() ?? 0) + 1) })).toEqual([]);
  });

  it('searches all of a long log', async ({ feedDatabase: db }) => {
    await db.pool.query('SELECT ensure_change_log_partitions(900000)');
    // Other organizations' changes at every page border, as in a real log.
    await db.pool.query(
      `INSERT INTO change_log (position, xid, organization_id, type, entity_type, entity_id, payload, actor_kind, actor_name, occurred_at)
       SELECT position, '1', CASE position WHEN 849999 THEN $1 ELSE gen_random_uuid() END,
              'X', 'Session', gen_random_uuid(), '{}', 'DATABASE', 'test', now()
         FROM unnest('{5, 200001, 400001, 600001, 800001, 849999, 850000}'::bigint[]) position`,
      [organizationId],
    );
    await db.pool.query('UPDATE feed_head SET position = 850000');
    const changes = await feed.changes({ organizationId, types: ['X'], limit: 10 });
    expect(changes.map(({ position }) => position)).toEqual([849_999]);
    const before = feed.encode(849_999);
    expect(await feed.changes({ organizationId, before, limit: 1, isBackward: true })).toMatchObject([
      { position: 4 },
    ]);
    const stream = await feed.open({
      organizationId,
      after: feed.encode(0),
      matches: ({ type }) => type === 'X',
    });
    expect((await stream.next()).value?.position).toBe(849_999);
  });
});
