/** Which partitions the retention drops. A reader during a drop gets every change or CURSOR_EXPIRED. */
import pg from 'pg';
import { withSessionSettings } from '../../src/database/sessionSettings.ts';
import { CursorExpiredError } from '../../src/feed/log/error.ts';
import { readPage } from '../../src/feed/log/page.ts';
import { dropOldest } from '../../src/feed/sequence/retention.ts';
import { type FeedDatabase, take, until } from '../support/feed.ts';
import { write } from '../support/feedOracle.ts';
import { afterEach, describe, expect, it } from '../support/test.ts';

const PARTITION = 100_000;
/** How many changes are stored on each side of a partition's end. The positions between are left out. */
const BESIDE_SEAM = 200;
const DAY_MS = 86_400_000;

let organizationId: string;
let client: pg.Client;

it.beforeEach(async ({ feedDatabase: db }) => {
  organizationId = await db.organization();
  client = new pg.Client({ connectionString: withSessionSettings(db.url) });
  await client.connect();
});

afterEach(async () => {
  await client.end();
});

/** Fills full partitions and the start of another one with changes that are `days` old. */
async function fill(db: FeedDatabase, partitions: number, days: number): Promise<void> {
  const head = partitions * PARTITION + BESIDE_SEAM;
  await db.pool.query('SELECT ensure_change_log_partitions($1)', [head]);
  await db.pool.query(
    `INSERT INTO change_log (position, xid, organization_id, type, entity_type, entity_id, payload, actor_kind, actor_name, occurred_at)
     SELECT seam * $2::bigint + beside, '1', $1, 'X', 'Session', gen_random_uuid(), '{}', 'DATABASE', 'test', $5
       FROM generate_series(0, $3::int) seam, generate_series(-$4::int, $4::int) beside
      WHERE seam > 0 OR beside > 0`,
    [organizationId, PARTITION, partitions, BESIDE_SEAM, new Date(Date.now() - days * DAY_MS)],
  );
  await db.pool.query('UPDATE feed_head SET position = $1', [head]);
}

/** The partitions that still have changes. */
async function stored(db: FeedDatabase): Promise<number[]> {
  const { rows } = await db.pool.query(
    `SELECT DISTINCT position / ${PARTITION} AS number FROM change_log ORDER BY number`,
  );
  return rows.map(({ number }) => Number(number));
}

async function dropAll(days: number, rows: number): Promise<void> {
  while ((await dropOldest(client, { days, rows })) !== undefined);
}

describe('a partition', () => {
  it('is dropped when it is beyond both age and number, the oldest first', async ({ feedDatabase: db }) => {
    await fill(db, 4, 10);
    expect(await dropOldest(client, { days: 9, rows: 1 })).toBe('change_log_0000000000');
    expect(await stored(db)).toEqual([1, 2, 3, 4]);
    await dropAll(9, 2 * PARTITION);
    expect(await stored(db)).toEqual([2, 3, 4]);
  });

  it('stays while it is within age or number', async ({ feedDatabase: db }) => {
    await fill(db, 4, 10);
    await dropAll(11, 1);
    await dropAll(9, 4 * PARTITION + BESIDE_SEAM + 2);
    expect(await stored(db)).toEqual([0, 1, 2, 3, 4]);
    // Exactly this many changes are newer than the dropped partition.
    await dropAll(9, 3 * PARTITION + BESIDE_SEAM + 1);
    expect(await stored(db)).toEqual([1, 2, 3, 4]);
  });

  it('stays while one of its changes is young, and so do the later partitions', async ({
    feedDatabase: db,
  }) => {
    await fill(db, 3, 10);
    await db.pool.query(
      `ALTER TABLE change_log DISABLE TRIGGER USER;
       UPDATE change_log SET occurred_at = now() WHERE position = 5`,
    );
    await dropAll(9, 1);
    expect(await stored(db)).toEqual([0, 1, 2, 3]);
  });

  it('stays when it holds the head, even when it is full', async ({ feedDatabase: db }) => {
    await fill(db, 2, 10);
    await dropAll(9, 1);
    expect(await stored(db)).toEqual([2]);
    await db.pool.query('UPDATE feed_head SET position = $1', [3 * PARTITION - 1]);
    await dropAll(9, 1);
    expect(await stored(db)).toEqual([2]);
    await db.pool.query('UPDATE feed_head SET position = $1', [3 * PARTITION]);
    await dropAll(9, 1);
    expect(await stored(db)).toEqual([]);
  });
});

describe('the leader', () => {
  it('drops old partitions, and older cursors expire', async ({ feedDatabase: db }) => {
    await fill(db, 3, 10);
    const feed = db.feed({ retention: { days: 9, rows: PARTITION }, retentionEveryMs: 10 });
    await until(async () => (await stored(db))[0] === 2);
    const oldestCursor = feed.encode(2 * PARTITION - 1);
    for (const position of [0, PARTITION, 2 * PARTITION - 2]) {
      const after = feed.encode(position);
      const expired = { code: 'CURSOR_EXPIRED', oldestCursor };
      await expect(feed.changes({ organizationId, after, limit: 1 })).rejects.toMatchObject(expired);
      await expect(feed.open({ organizationId, after, matches: () => true })).rejects.toMatchObject(expired);
      const before = { organizationId, before: after, limit: 1, isBackward: true };
      await expect(feed.changes(before)).rejects.toMatchObject(expired);
    }
    const [first] = await feed.changes({ organizationId, after: oldestCursor, limit: 1 });
    expect(first?.position).toBe(2 * PARTITION);
    expect(await feed.changes({ organizationId, limit: 1 })).toEqual([first]);
    const before = feed.encode(2 * PARTITION + 1);
    expect(await feed.changes({ organizationId, before, limit: 2, isBackward: true })).toEqual([first]);
    expect(await feed.backlog()).toMatchObject({ oldest: 2 * PARTITION });
  });

  it('sequences while the log is locked against a drop, and drops later', async ({ feedDatabase: db }) => {
    await fill(db, 2, 10);
    const feed = db.feed({ retention: { days: 9, rows: 1 }, retentionEveryMs: 10 });
    await client.query('BEGIN; SELECT count(*) FROM change_log');
    await until(async () => {
      const { rows } = await db.pool.query(
        `SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'muster retention' AND wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
    const stream = await feed.open({ organizationId, matches: ({ type }) => type === 'SESSION_UPDATED' });
    const [session = ''] = await db.sessions(organizationId, 1);
    for (let count = 1; count <= 5; count += 1) {
      await db.raise([session]);
      expect(await take(stream, 1)).toMatchObject([{ entityId: session, count }]);
    }
    expect(await stored(db)).toEqual([0, 1, 2]);
    await client.query('COMMIT');
    await until(async () => (await stored(db)).length === 1);
  });

  it('stops a drop at once when the feed is closed', async ({ feedDatabase: db }) => {
    await fill(db, 1, 10);
    const feed = db.feed({ retention: { days: 9, rows: 1 }, retentionEveryMs: 1 });
    await until(() => feed.status().isSequencing);
    await feed.close();
    await until(async () => {
      const { rows } = await db.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'muster %retention'`,
      );
      return rows.length === 0;
    });
  });
});

describe('a reader during a drop', () => {
  const PARTITIONS = 24;

  it('gets every change or CURSOR_EXPIRED, while the sequencer continues', async ({ feedDatabase: db }) => {
    await fill(db, PARTITIONS, 10);
    const feed = db.feed({ batchSize: 20 });
    await feed.ready();
    const pool = new pg.Pool({ connectionString: withSessionSettings(db.url), max: 8 });
    // Dropping the database may break a connection that is being closed.
    pool.on('error', () => {});
    let isDone = false;
    const outcomes = { whole: 0, expired: 0 };

    /** Reads a page across a random partition border: all or nothing. */
    async function readSeams(): Promise<void> {
      while (!isDone) {
        const seam = (1 + Math.floor(Math.random() * (PARTITIONS - 1))) * PARTITION;
        const starts = [{ organizationId, after: seam - 101 }];
        try {
          const { changes } = await readPage(pool, { starts, upTo: seam + 100, limit: 1_000 });
          expect(changes.map(({ position }) => position)).toEqual(range(seam - 100, seam + 100));
          outcomes.whole += 1;
        } catch (error) {
          if (!(error instanceof CursorExpiredError)) throw error;
          outcomes.expired += 1;
        }
      }
    }

    /** Reads from the oldest change on: without a gap, and never with an error. */
    async function readOldest(): Promise<void> {
      while (!isDone) {
        const changes = await feed.changes({ organizationId, types: ['X'], limit: 150 });
        const first = changes[0]?.position ?? 0;
        expect(first === 1 || first % PARTITION === 0).toBe(true);
        expect(changes.map(({ position }) => position)).toEqual(range(first, first + 149));
      }
    }

    /** Reads from a position to the head. */
    async function replay(): Promise<void> {
      while (!isDone) {
        const from = Math.floor(Math.random() * PARTITIONS) * PARTITION;
        try {
          const after = feed.encode(from);
          const stream = await feed.open({ organizationId, after, matches: ({ type }) => type === 'X' });
          const { value } = await stream.next();
          expect(value?.position).toBe(from + 1);
          await stream.return();
        } catch (error) {
          if (!(error instanceof CursorExpiredError)) throw error;
        }
      }
    }

    const reading = Promise.all([readSeams(), readSeams(), readSeams(), readSeams(), readOldest(), replay()]);
    reading.catch(() => {
      isDone = true;
    });
    const live = await feed.open({ organizationId, matches: () => true });
    const quiet = await db.organization();
    const [seldom = ''] = await db.sessions(quiet, 1);
    const quietLive = await feed.open({
      organizationId: quiet,
      matches: ({ type }) => type === 'SESSION_UPDATED',
    });
    const start = live.position();
    const writing = write({
      db,
      organizationId,
      writers: 3,
      rows: Number.POSITIVE_INFINITY,
      isEnough: () => isDone,
      onCommit: feed.nudge,
    });
    const positions: number[] = [];
    const listening = (async () => {
      for await (const { position } of live) positions.push(position);
    })();

    let dropped = 0;
    const drop = () =>
      dropOldest(client, { days: 9, rows: 1 }).catch((error) => {
        if (error.code !== '55P03') throw error;
        return null;
      });
    while (dropped < PARTITIONS && !isDone) {
      const name = await drop();
      if (name) {
        dropped += 1;
        // Usually, the organization's previous change has been dropped already.
        await db.raise([seldom]);
        expect(await take(quietLive, 1)).toMatchObject([{ entityId: seldom, count: dropped }]);
      }
      const seen = outcomes.whole + outcomes.expired;
      await until(() => outcomes.whole + outcomes.expired >= seen + 20 || isDone);
    }
    isDone = true;
    await reading;
    await writing;
    await db.drained();
    const head = await feed.head();
    await until(() => live.position() >= head);
    await Promise.all([live.return(), quietLive.return()]);
    await listening;
    const { rows } = await db.pool.query(
      'SELECT position FROM change_log WHERE organization_id = $1 AND position > $2 ORDER BY position',
      [organizationId, start],
    );
    expect(positions).toEqual(rows.map(({ position }) => Number(position)));
    expect(outcomes.whole).toBeGreaterThan(0);
    expect(outcomes.expired).toBeGreaterThan(0);
    await pool.end();
  });
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
