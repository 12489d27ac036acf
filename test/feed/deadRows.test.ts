/** An old snapshot keeps the outbox's dead rows from being vacuumed. The sequencer and the monitor scan them rarely. */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withSessionSettings } from '../../src/database/sessionSettings.ts';
import { createBacklogMonitor } from '../../src/feed/sequence/backlog.ts';
import { PLAN_SETTINGS } from '../../src/feed/sequence/connection.ts';
import { moveBatch } from '../../src/feed/sequence/moveBatch.ts';
import { probeOutbox } from '../../src/feed/sequence/outbox.ts';
import { type FeedDatabase, openFeedDatabase, until } from '../support/feed.ts';
import { openPsql } from '../support/psql.ts';

const DEAD_ROWS = 40_000;

let db: FeedDatabase;
let organizationId: string;
/** Holds an old snapshot, as a running dump does. */
let old: pg.Client;
/** Writes and probes, with the settings of the sequencer's connections. */
let client: pg.Client;
let backends: number;

beforeAll(async () => {
  db = await openFeedDatabase();
  organizationId = await db.organization();
  old = new pg.Client({ connectionString: db.url });
  await old.connect();
  await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM session LIMIT 1');
  client = new pg.Client({ connectionString: withSessionSettings(db.url) });
  await client.connect();
  await client.query(PLAN_SETTINGS);
  await client.query('ALTER TABLE change_outbox SET (autovacuum_enabled = off)');
  await insert(DEAD_ROWS);
  await client.query('DELETE FROM change_outbox');
  // The statistics now say that the outbox is empty, and the planner believes them.
  await db.pool.query('VACUUM ANALYZE change_outbox');
  backends = await countBackends();
});

// PostgreSQL has all statistics of a connection once the connection has ended.
afterEach(() => until(async () => (await countBackends()) <= backends));

afterAll(async () => {
  await old.end();
  await client.end();
  await db.close();
});

async function countBackends(): Promise<number> {
  const { rows } = await db.pool.query(
    `SELECT count(*)::int FROM pg_stat_activity
      WHERE datname = current_database() AND application_name NOT LIKE 'muster%'`,
  );
  return rows[0].count;
}

async function insert(count: number): Promise<void> {
  await client.query(
    `INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, payload, actor_kind, actor_name)
     SELECT $1, 'X', 'Session', gen_random_uuid(), '{}', 'DATABASE', 'test' FROM generate_series(1, $2::int)`,
    [organizationId, count],
  );
}

/** How many blocks of the outbox were read, and how many index scans there were, as reported so far. */
async function readings() {
  const { rows } = await db.pool.query(
    `SELECT heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit AS blocks, idx_scan AS scans
       FROM pg_statio_user_tables JOIN pg_stat_user_tables USING (relid) WHERE relid = 'change_outbox'::regclass`,
  );
  return { blocks: Number(rows[0].blocks), scans: Number(rows[0].scans) };
}

async function blocksOf(
  on: { query(sql: string): Promise<unknown> },
  work: () => Promise<unknown>,
): Promise<number> {
  const flush = () => on.query('SELECT pg_stat_force_next_flush()');
  await flush();
  const before = await readings();
  await work();
  await flush();
  return (await readings()).blocks - before.blocks;
}

const fullScan = () => blocksOf(client, () => probeOutbox(client));

describe('the backlog monitor', () => {
  const one = () => new pg.Pool({ connectionString: withSessionSettings(db.url), max: 1 });

  it('scans the dead rows once', async () => {
    const pool = one();
    const { outboxAgeMs, backlog } = createBacklogMonitor(pool);
    const costly = await fullScan();
    expect(costly).toBeGreaterThan(200);
    expect(await blocksOf(pool, outboxAgeMs)).toBeGreaterThan(200);
    expect(await blocksOf(pool, outboxAgeMs)).toBeLessThan(20);
    expect(await blocksOf(pool, backlog)).toBeLessThan(40);
    await pool.end();
  });

  it('counts waiting changes of a transaction that began before the last empty snapshot', async () => {
    const pool = one();
    const { outboxAgeMs, backlog } = createBacklogMonitor(pool);
    await using writer = await openPsql(db.url);
    await writer('BEGIN');
    await writer('SELECT pg_current_xact_id()');
    expect(await outboxAgeMs()).toBe(0);
    await insert(3);
    await client.query(`UPDATE change_outbox SET occurred_at = now() - interval '1 minute'`);
    for (let round = 0; round < 2; round += 1) {
      expect(await outboxAgeMs()).toBeGreaterThan(60_000);
      expect(await backlog()).toMatchObject({ waiting: 3, outboxAgeMs: expect.closeTo(60_000, -4) });
    }
    await client.query('DELETE FROM change_outbox');
    expect(await outboxAgeMs()).toBe(0);
    await writer(
      `INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, payload, actor_kind, actor_name)
       VALUES ('${organizationId}', 'X', 'Session', gen_random_uuid(), '{}', 'DATABASE', 'test')`,
    );
    expect(await backlog()).toMatchObject({ waiting: 0, outboxAgeMs: 0 });
    await writer('COMMIT');
    expect(await backlog()).toMatchObject({ waiting: 1 });
    expect(await outboxAgeMs()).toBeGreaterThan(0);
    await client.query('DELETE FROM change_outbox');
    await pool.end();
  });
});

describe('the sequencer', () => {
  it('does not scan the dead rows for each batch of several', async () => {
    let emptySnapshot = await probeOutbox(client);
    await insert(30);
    const batch = async () => {
      const moved = await moveBatch(client, { batchSize: 10, server: '', knownHead: 0, emptySnapshot });
      ({ emptySnapshot } = moved);
    };
    // One transaction per insert.
    for (let count = 0; count < 3; count += 1) await insert(10);
    for (let count = 0; count < 3; count += 1) expect(await blocksOf(client, batch)).toBeLessThan(150);
  });

  it('scans the dead rows rarely enough to cost next to nothing', async () => {
    const costly = await fullScan();
    const before = await readings();
    const feed = db.feed({ fullScanMs: 0 });
    let after = before;
    await until(async () => {
      after = await readings();
      return after.scans - before.scans > 100;
    });
    await feed.close();
    expect((after.blocks - before.blocks) / (after.scans - before.scans)).toBeLessThan(costly / 5);
  });
});
