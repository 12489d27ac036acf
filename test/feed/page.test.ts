/** Pages of the log: their size, and that reading them does not delay other readers. */
import type pg from 'pg';
import { CursorExpiredError } from '../../src/feed/log/error.ts';
import { readPage } from '../../src/feed/log/page.ts';
import { readChanges } from '../../src/feed/log/storedChanges.ts';
import { createLimiter } from '../../src/load/limiter.ts';
import { type FeedDatabase, take, until } from '../support/feed.ts';
import { describe, expect, test } from '../support/test.ts';

/** The size of a stream's page. */
const REPLAY_CHANGES = 200;

const it = test.extend('organizationId', async ({ feedDatabase: db }) => await db.organization());

/** Inserts changes with payloads of about this length, which compress a hundredfold. */
async function store(organizationId: string, db: FeedDatabase, lengths: number[]): Promise<void> {
  await db.pool.query(
    `INSERT INTO change_log (position, xid, organization_id, type, entity_type, entity_id, payload, actor_kind, actor_name, occurred_at)
     SELECT position, '1', $1, 'X', 'Session', gen_random_uuid(), jsonb_build_object('row', repeat('some words ', length / 11)),
            'DATABASE', 'test', now()
       FROM unnest($2::int[]) WITH ORDINALITY stored (length, position)`,
    [organizationId, lengths],
  );
  await db.pool.query('UPDATE feed_head SET position = $1', [lengths.length]);
}

/** A pool that holds back an organization's replays until released. */
function holding(db: FeedDatabase, organization: string) {
  const held: (() => void)[] = [];
  let reads = 0;
  let isHolding = true;
  const query = async (config: pg.QueryConfig) => {
    const [organizations, , , , limit] = config.values ?? [];
    if (String(organizations) === organization && limit === REPLAY_CHANGES) {
      reads += 1;
      if (isHolding) await new Promise<void>((resolve) => held.push(resolve));
    }
    return await db.pool.query(config);
  };
  return {
    pool: new Proxy(db.pool, {
      get: (pool, key) => (key === 'query' ? query : Reflect.get(pool, key)),
    }),
    reads: () => reads,
    letGo() {
      isHolding = false;
      for (const resolve of held) resolve();
    },
  };
}

describe('the bytes of a page', () => {
  it('are counted as they are sent, not as they are stored compressed', async ({
    organizationId,
    feedDatabase: db,
  }) => {
    await store(organizationId, db, Array(300).fill(60_000));
    const starts = [{ organizationId, after: 0 }];
    const page = await readPage(db.pool, { starts, limit: 200, maxBytes: 256 * 1024 });
    expect(page.changes).toHaveLength(4);
    expect(page.upTo).toBe(4);
    const large = await readPage(db.pool, { starts, limit: 1_000 });
    expect(large.bytes).toBeLessThan(1024 * 1024);
    expect(large.changes).toHaveLength(17);
  });

  it('may be exceeded by a single change, and pages follow each other without a gap', async ({
    organizationId,
    feedDatabase: db,
  }) => {
    const lengths = Array.from({ length: 400 }, () => Math.floor(10 ** (1 + Math.random() * 4)));
    await store(organizationId, db, lengths);
    const maxBytes = 50_000;
    let after = 0;
    while (after < lengths.length) {
      const page = await readPage(db.pool, { starts: [{ organizationId, after }], limit: 150, maxBytes });
      const positions = page.changes.map(({ position }) => position);
      expect(positions).toEqual(positions.map((_, index) => after + 1 + index));
      if (positions.length > 1) expect(page.bytes).toBeLessThanOrEqual(maxBytes + positions.length + 1);
      expect(page.upTo).toBe(positions.at(-1));
      after = page.upTo;
    }
  });
});

describe('a limiter', () => {
  it('serves keys in turn, and the tasks of a key in order', async () => {
    const limiter = createLimiter(1);
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const tasks = [limiter('a', () => first.promise)];
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) {
      tasks.push(limiter(name[0] ?? '', async () => void order.push(name)));
    }
    first.resolve();
    await Promise.all(tasks);
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('never runs more tasks at once than its limit', async () => {
    const limiter = createLimiter(3);
    let running = 0;
    let most = 0;
    const task = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    };
    await Promise.all(Array.from({ length: 50 }, (_, index) => limiter(String(index % 7), task)));
    expect(most).toBe(3);
  });
});

describe('streams that resume', () => {
  it('do not delay live changes of another organization, nor the head', async ({
    organizationId,
    feedDatabase: db,
  }) => {
    const sessions = await db.sessions(organizationId, 3);
    const other = await db.organization();
    const others = await db.sessions(other, 1_000);
    const writer = db.feed();
    await db.drained();
    const { pool, letGo } = holding(db, organizationId);
    const feed = db.feed({ sequence: false, database: { url: db.url, feedPool: pool } });
    await feed.ready();
    const live = await feed.open({
      organizationId: other,
      matches: ({ type }) => type === 'SESSION_UPDATED',
    });
    const resuming = await Promise.all(
      [0, 1, 2, 3].map((position) =>
        feed.open({ organizationId, after: feed.encode(position), matches: () => true }),
      ),
    );
    const waiting = resuming.map((stream) => stream.next());
    await db.raise(others);
    writer.nudge();
    expect(await take(live, 1_000)).toHaveLength(1_000);
    expect(await feed.head()).toBe(1 + sessions.length + 1 + 2 * others.length);
    letGo();
    expect((await Promise.all(waiting)).map(({ value }) => value?.position)).toEqual([1, 2, 3, 4]);
  });

  it('share pages when they resume from the same position', async ({ organizationId, feedDatabase: db }) => {
    await db.sessions(organizationId, 500);
    const writer = db.feed();
    await db.drained();
    const { pool, letGo, reads } = holding(db, organizationId);
    const feed = db.feed({ sequence: false, database: { url: db.url, feedPool: pool } });
    await feed.ready();
    const after = writer.encode(0);
    const streams = await Promise.all(
      Array.from({ length: 40 }, () => feed.open({ organizationId, after, matches: () => true })),
    );
    const taken = streams.map((stream) => take(stream, 501));
    await until(() => reads() > 0);
    letGo();
    for (const changes of await Promise.all(taken)) {
      expect(changes.map(({ position }) => position)).toEqual(Array.from({ length: 501 }, (_, i) => 1 + i));
    }
    expect(reads()).toBeLessThanOrEqual(6);
  });

  it('read nothing once they have ended', async ({ organizationId, feedDatabase: db }) => {
    await db.sessions(organizationId, 100);
    const writer = db.feed();
    await db.drained();
    const { pool, letGo, reads } = holding(db, organizationId);
    const feed = db.feed({ sequence: false, database: { url: db.url, feedPool: pool } });
    await feed.ready();
    const open = (position: number) =>
      feed.open({ organizationId, after: writer.encode(position), matches: () => true });
    const waiting = await Promise.all(
      Array.from({ length: 50 }, async (_, position) => await open(position)),
    );
    const asked = waiting.map((stream) => stream.next());
    await until(() => reads() === 2);
    await Promise.all(waiting.map((stream) => stream.return()));
    await Promise.all(asked);
    letGo();
    const last = await open(60);
    expect((await last.next()).value?.position).toBe(61);
    expect(reads()).toBe(3);
  });

  it('read only the types that they name', async ({ organizationId, feedDatabase: db }) => {
    const sessions = await db.sessions(organizationId, 500);
    for (let round = 0; round < 4; round += 1) await db.raise(sessions);
    await db.sessions(organizationId, 1);
    db.feed();
    await db.drained();
    const { pool, letGo, reads } = holding(db, organizationId);
    letGo();
    const feed = db.feed({ sequence: false, database: { url: db.url, feedPool: pool } });
    await feed.ready();
    const open = (types?: string[]) =>
      feed.open({
        organizationId,
        after: feed.encode(0),
        types,
        matches: ({ entityType }) => entityType === 'Project',
      });
    const stream = await open(['PROJECT_CREATED', 'SESSION_DELETED']);
    expect((await stream.next()).value?.type).toBe('PROJECT_CREATED');
    expect((await stream.next()).value?.position).toBe(2_502);
    expect(reads()).toBeLessThanOrEqual(2);
    const live = stream.next();
    await db.raise(sessions.slice(0, 1));
    await db.sessions(organizationId, 1);
    expect((await live).value).toMatchObject({ type: 'PROJECT_CREATED', position: 2_505 });
  });
});

describe('the oldest change', () => {
  it('is read by few queries at once, however many callers ask', async ({
    organizationId,
    feedDatabase: db,
  }) => {
    await store(organizationId, db, [10, 10]);
    let concurrent = 0;
    let most = 0;
    const query = async (config: pg.QueryConfig) => {
      const isLook = config.text?.includes('AS oldest');
      if (isLook) concurrent += 1;
      most = Math.max(most, concurrent);
      const result = await db.pool.query(config);
      if (isLook) concurrent -= 1;
      return result;
    };
    const feedPool = new Proxy(db.pool, {
      get: (pool, key) => (key === 'query' ? query : Reflect.get(pool, key)),
    });
    const feed = db.feed({ sequence: false, database: { url: db.url, feedPool } });
    const asked = Array.from({ length: 50 }, () => feed.changes({ organizationId, limit: 10 }));
    for (const changes of await Promise.all(asked)) expect(changes).toHaveLength(2);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('is read again when retention removed it, a limited number of times', async ({ organizationId }) => {
    let reads = 0;
    const row = {
      head: '9',
      installation: 'i',
      server: 's',
      oldest: '5',
      is_kept: false,
      seen: '0',
      changes: null,
    };
    const pool = {
      async query() {
        reads += 1;
        return { rows: [{ ...row, oldest: String(reads) }] };
      },
    } as unknown as pg.Pool;
    const asked = readChanges(pool, { organizationId, limit: 10 }, (task) => task());
    await expect(asked).rejects.toBeInstanceOf(CursorExpiredError);
    expect(reads).toBeLessThan(30);
  });
});
