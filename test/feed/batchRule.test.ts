/** The batch rule: which waiting changes are moved together, and in which order. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withSessionSettings } from '../../src/database/sessionSettings.ts';
import type { SequencedBatch } from '../../src/feed/bus/batch.ts';
import { readPage } from '../../src/feed/log/page.ts';
import { PLAN_SETTINGS } from '../../src/feed/sequence/connection.ts';
import { moveBatch } from '../../src/feed/sequence/moveBatch.ts';
import { type EmptySnapshot, probeOutbox } from '../../src/feed/sequence/outbox.ts';
import { type FeedDatabase, openFeedDatabase } from '../support/feed.ts';

const ORGANIZATION = randomUUID();

let db: FeedDatabase;
let sequencer: pg.Client;
const transactions = new Map<string, pg.Client>();

beforeAll(async () => {
  db = await openFeedDatabase();
  sequencer = new pg.Client({ connectionString: withSessionSettings(db.url) });
  await sequencer.connect();
  // The settings of the sequencer's own connections.
  await sequencer.query(PLAN_SETTINGS);
});

afterEach(async () => {
  for (const client of transactions.values()) await client.end();
  transactions.clear();
  await db.pool.query(
    `ALTER TABLE change_log DISABLE TRIGGER USER;
     TRUNCATE change_outbox, change_log; UPDATE feed_head SET position = 0`,
  );
});

afterAll(async () => {
  await sequencer.end();
  await db.close();
});

/** `A1`: transaction A makes the change A1, and begins with its first change. `A.` commits it, `A!` rolls it back. */
async function play(script: string): Promise<void> {
  for (const step of script.split(' ')) {
    const name = step[0] ?? '';
    if (step.endsWith('.') || step.endsWith('!')) {
      await transactions.get(name)?.query(step.endsWith('.') ? 'COMMIT' : 'ROLLBACK');
      continue;
    }
    let client = transactions.get(name);
    if (!client) {
      client = new pg.Client({ connectionString: db.url });
      transactions.set(name, client);
      await client.connect();
      await client.query('BEGIN');
    }
    await change(client, step);
  }
}

async function change(
  client: pg.ClientBase | pg.Pool,
  type: string,
  organizationId = ORGANIZATION,
  bytes = 0,
) {
  await client.query(
    `INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, payload, actor_kind, actor_name)
     VALUES ($1, $2, 'Session', gen_random_uuid(), jsonb_build_object('row', repeat('x', $3)), 'DATABASE', 'test')`,
    [organizationId, type, bytes],
  );
}

/** The changes in the order in which they are moved, with a bar at the end of each batch. */
async function batches(batchSize: number): Promise<string> {
  const moved: string[] = [];
  let emptySnapshot: EmptySnapshot | undefined;
  for (let knownHead = 0; ; ) {
    const result = await moveBatch(sequencer, { batchSize, server: '', knownHead, emptySnapshot });
    emptySnapshot = result.emptySnapshot;
    if (result.batches.length === 0) return moved.join(' | ');
    moved.push(await logged(knownHead));
    expect(result.head).toBeGreaterThan(knownHead);
    knownHead = result.head;
  }
}

async function logged(after: number): Promise<string> {
  const { rows } = await db.pool.query(
    'SELECT position, type FROM change_log WHERE position > $1 ORDER BY position',
    [after],
  );
  expect(rows.map(({ position }) => Number(position))).toEqual(rows.map((_, index) => after + index + 1));
  return rows.map(({ type }) => type).join(' ');
}

describe('one batch', () => {
  it.each([
    ['is empty when nothing waits', 'A1', 10, ''],
    ['takes what is committed', 'A1 A.', 10, 'A1'],
    ['orders transactions by their last change', 'A1 B1 A2 A. B2 B.', 10, 'A1 A2 B1 B2'],
    ['puts one that began first and went on longer last', 'A1 B1 B2 B. A2 A.', 10, 'B1 B2 A1 A2'],
    ['does not care who committed first', 'A1 B1 B. A.', 10, 'A1 B1'],
    [
      'keeps transactions together when their changes interleave',
      'A1 B1 C1 A2 B2 C2 A. B. C.',
      10,
      'A1 A2 B1 B2 C1 C2',
    ],
    ['leaves no gap for what was rolled back', 'A1 B1 A2 B! A.', 10, 'A1 A2'],
  ])('%s', async (_, script, batchSize, expected) => {
    await play(script);
    expect(await batches(batchSize)).toBe(expected);
  });
});

describe('several batches', () => {
  it.each([
    ['end where transactions end', 'A1 A. B1 B. C1 C.', 2, 'A1 B1 | C1'],
    ['hold a transaction longer than a batch in one', 'A1 A2 A3 A4 A5 A. B1 B.', 2, 'A1 A2 A3 A4 A5 | B1'],
    ['leave one that ends beyond the window for later', 'A1 B1 B2 A2 C1 A. B. C.', 3, 'B1 B2 | A1 A2 C1'],
    [
      'extend to the first transaction that ends when none ends in the window',
      'A1 B1 C1 C2 B2 A2 A. B. C.',
      2,
      'C1 C2 B1 B2 | A1 A2',
    ],
    [
      'include a transaction that begins beyond the window and ends before the cut',
      'A1 C1 D1 D. C2 C. A2 A. E1 E.',
      1,
      'D1 C1 C2 A1 A2 | E1',
    ],
    ['do not wait for those who are still at work', 'A1 B1 C1 B. D1 D.', 1, 'B1 | D1'],
  ])('%s', async (_, script, batchSize, expected) => {
    await play(script);
    expect(await batches(batchSize)).toBe(expected);
  });
});

describe('an uncommitted transaction', () => {
  it('is moved after its commit, behind what was moved before', async () => {
    await play('A1 B1 A2 B2 A. C1 C.');
    expect(await batches(2)).toBe('A1 A2 | C1');
    await play('B3 B. D1 D.');
    expect(await logged(3)).toBe('');
    const { head } = await moveBatch(sequencer, { batchSize: 10, server: '', knownHead: 3 });
    expect(await logged(3)).toBe('B1 B2 B3 D1');
    expect(head).toBe(7);
  });

  it('stays one transaction when it uses savepoints', async () => {
    await play('A1 B1');
    const a = transactions.get('A');
    await a?.query('SAVEPOINT s');
    await play('A2 B2');
    await a?.query('ROLLBACK TO SAVEPOINT s');
    await a?.query('SAVEPOINT t');
    await play('A3');
    await a?.query('RELEASE SAVEPOINT t');
    await play('A4 A. B.');
    expect(await batches(1)).toBe('B1 B2 A1 A3 A4');
  });
});

describe('an empty snapshot', () => {
  const sequenced = (emptySnapshot?: EmptySnapshot, batchSize = 10) =>
    moveBatch(sequencer, { batchSize, server: '', knownHead: 0, emptySnapshot });

  it('does not hide a transaction that was open when it was taken', async () => {
    await play('A1 B1 C1 C. D1');
    const { emptySnapshot } = await sequenced();
    expect(await logged(0)).toBe('C1');
    expect(await probeOutbox(sequencer, emptySnapshot)).toBeDefined();
    await play('B2 B. E1 E. A2 A.');
    expect(await probeOutbox(sequencer, emptySnapshot)).toBeUndefined();
    const next = await sequenced(emptySnapshot);
    expect(await logged(1)).toBe('B1 B2 E1 A1 A2');
    const empty = await probeOutbox(sequencer, next.emptySnapshot);
    expect(empty).toBeDefined();
    await play('D! F1');
    expect(await probeOutbox(sequencer, empty)).toBeDefined();
    await play('F.');
    expect(await probeOutbox(sequencer, empty)).toBeUndefined();
    await sequenced(empty);
    expect(await logged(6)).toBe('F1');
  });

  it('is not returned by a batch that leaves changes waiting', async () => {
    await play('A1 A. B1 B. C1 C.');
    expect((await sequenced(undefined, 2)).emptySnapshot).toBeUndefined();
    expect((await sequenced(undefined, 2)).emptySnapshot).toBeDefined();
  });

  it.each(['in a transaction that reads', 'in a transaction that writes'])(
    'avoids scanning the dead rows that an old snapshot %s keeps',
    async (_) => {
      const old = new pg.Client({ connectionString: db.url });
      await old.connect();
      await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM session LIMIT 1');
      if (_.endsWith('writes')) await old.query('SELECT pg_current_xact_id()');
      await db.pool.query(
        `INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, payload, actor_kind, actor_name)
         SELECT $1, 'X', 'Session', gen_random_uuid(), '{}', 'DATABASE', 'test' FROM generate_series(1, 20000)`,
        [ORGANIZATION],
      );
      let { emptySnapshot } = await sequenced(undefined, 20_001);
      // The statistics now say that the outbox is empty, and the planner believes them.
      await db.pool.query('VACUUM ANALYZE change_outbox');
      const costly = await blocks(() => probeOutbox(sequencer));
      expect(costly).toBeGreaterThan(100);
      expect(
        await blocks(async () => expect(await probeOutbox(sequencer, emptySnapshot)).toBeDefined()),
      ).toBeLessThan(20);
      await change(db.pool, 'Y');
      const batch = await blocks(async () => {
        const moved = await moveBatch(sequencer, {
          batchSize: 10,
          server: '',
          knownHead: 20_000,
          emptySnapshot,
        });
        expect(moved.head).toBe(20_001);
        emptySnapshot = moved.emptySnapshot;
      });
      expect(batch).toBeLessThan(100);
      expect(await blocks(() => probeOutbox(sequencer, emptySnapshot))).toBeLessThan(20);
      await old.end();
    },
  );

  /** How many blocks of the outbox and its indexes the work reads. */
  async function blocks(work: () => Promise<unknown>): Promise<number> {
    const count = async () => {
      await sequencer.query('SELECT pg_stat_force_next_flush()');
      const { rows } = await db.pool.query(
        `SELECT heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit AS blocks
           FROM pg_statio_user_tables WHERE relname = 'change_outbox'`,
      );
      return Number(rows[0].blocks);
    };
    const before = await count();
    await work();
    return (await count()) - before;
  }
});

describe('a published batch', () => {
  const sequenced = (batchSize = 100, knownHead = 0) =>
    moveBatch(sequencer, { batchSize, server: '', knownHead });
  const byOrganization = (told: SequencedBatch[]) =>
    new Map(told.map((batch) => [batch.organizationId, batch]));

  it('has one summary per organization, with its previous position', async () => {
    const other = randomUUID();
    for (const organizationId of [ORGANIZATION, other, ORGANIZATION])
      await change(db.pool, 'X', organizationId);
    const first = byOrganization((await sequenced()).batches);
    expect(first.get(ORGANIZATION)).toMatchObject({ previous: 0, first: 1, last: 3, count: 2 });
    expect(first.get(other)).toMatchObject({ previous: 0, first: 2, last: 2, count: 1 });

    for (const organizationId of [other, other, ORGANIZATION]) await change(db.pool, 'X', organizationId);
    const second = byOrganization((await sequenced()).batches);
    expect(second.get(ORGANIZATION)).toMatchObject({ previous: 3, first: 6, last: 6, count: 1 });
    expect(second.get(other)).toMatchObject({ previous: 2, first: 4, last: 5, count: 2 });
  });

  it('has the changes in the same form as the log', async () => {
    for (const type of ['X', 'Y', 'Z']) await change(db.pool, type);
    const [batch] = (await sequenced()).batches;
    const page = await readPage(db.pool, { starts: [{ organizationId: ORGANIZATION, after: 0 }], limit: 10 });
    const events = JSON.parse(batch?.events ?? '');
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['X', 'Y', 'Z']);
    expect(page.changes).toMatchObject(
      events.map((event: { occurredAt: string }) => ({ ...event, occurredAt: new Date(event.occurredAt) })),
    );
  });

  it('omits the changes of an organization only when its share is too large', async () => {
    const other = randomUUID();
    await change(db.pool, 'X', other);
    for (let i = 0; i < 6; i += 1) await change(db.pool, 'X', ORGANIZATION, 50_000);
    const published = byOrganization((await sequenced()).batches);
    expect(published.get(ORGANIZATION)).toMatchObject({ first: 2, last: 7, count: 6, events: undefined });
    expect(JSON.parse(published.get(other)?.events ?? '')).toHaveLength(1);
  });

  it('omits the changes of the largest shares when all shares together are too large', async () => {
    const small = randomUUID();
    await change(db.pool, 'X', small);
    const organizations = Array.from({ length: 60 }, () => randomUUID());
    for (const organizationId of organizations) {
      await db.pool.query(
        `INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, payload, actor_kind, actor_name)
         SELECT $1, 'X', 'Session', gen_random_uuid(), jsonb_build_object('row', string_agg(md5(random()::text), '')),
                'DATABASE', 'test' FROM generate_series(1, 3000)`,
        [organizationId],
      );
    }
    const { batches } = await sequenced();
    const bytes = batches.reduce((sum, { events = '' }) => sum + events.length, 0);
    expect(batches).toHaveLength(61);
    expect(bytes).toBeGreaterThan(1024 * 1024);
    expect(bytes).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(byOrganization(batches).get(small)?.events).toBeDefined();
  });

  it('never has a previous position that is too low, however short its look-back', async () => {
    await db.pool.query('SELECT ensure_change_log_partitions(500000)');
    await change(db.pool, 'X');
    await sequenced();
    await db.pool.query('UPDATE feed_head SET position = 300000');
    await change(db.pool, 'Y');
    const [batch] = (await sequenced(100, 300_000)).batches;
    expect(batch).toMatchObject({ first: 300_001, last: 300_001 });
    expect(batch?.previous).toBeGreaterThanOrEqual(1);
    expect(batch?.previous).toBeLessThan(300_001);
  });

  it('reports whether more changes may be waiting', async () => {
    for (let i = 0; i < 3; i += 1) await change(db.pool, 'X');
    expect((await sequenced(2)).hasMore).toBe(true);
    expect((await sequenced(2)).hasMore).toBe(false);
    expect(await sequenced(2)).toMatchObject({ hasMore: false, batches: [], head: 3 });
  });
});
