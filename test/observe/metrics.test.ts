/** The metrics are correct, belong to one app, and work without the database. */
import pg from 'pg';
import type { Feed } from '../../src/feed/feed.ts';
import { createMetrics, type Metrics } from '../../src/observe/metrics.ts';
import { type FeedDatabase, take, until } from '../support/feed.ts';
import { describe, expect, test } from '../support/test.ts';

const it = test.extend('organizationId', async ({ feedDatabase: db }) => await db.organization());

/** A feed with metrics, as the app creates it. */
function observedFeed(
  db: FeedDatabase,
  options: Parameters<FeedDatabase['feed']>[0] = {},
): { feed: Feed; metrics: Metrics } {
  const metrics = createMetrics();
  const feed = db.feed({ meter: metrics.feedMeter, ...options });
  metrics.observeFeed(feed);
  return { feed, metrics };
}

/** The samples of a scrape, by name and labels. */
async function scrape(metrics: Metrics): Promise<Record<string, number>> {
  const lines = (await metrics.metricsText()).split('\n').filter((line) => line && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

describe('the feed’s metrics', () => {
  it('follow changes, streams and positions', async ({ organizationId, feedDatabase: db }) => {
    const { feed, metrics } = observedFeed(db);
    await feed.ready();
    await until(() => feed.status().isSequencing);
    const stream = await feed.open({ organizationId, matches: ({ type }) => type === 'SESSION_UPDATED' });
    const sessions = await db.sessions(organizationId, 3);
    await db.raise(sessions);
    await take(stream, 3);
    const found = await scrape(metrics);
    expect(found).toMatchObject({
      muster_feed_head_position: 7,
      muster_feed_oldest_position: 1,
      muster_feed_outbox_changes: 0,
      muster_feed_outbox_age_seconds: 0,
      muster_feed_sequenced_changes_total: 7,
      muster_feed_delivered_changes_total: 3,
      muster_feed_gaps_repaired_total: 0,
      muster_feed_streams: 1,
      muster_feed_organizations: 1,
      muster_feed_leading: 1,
      muster_feed_bus_delivering: 1,
    });
    expect(found.muster_feed_sequencing_lag_seconds_count).toBeGreaterThan(0);
    expect(found.muster_feed_sequencing_lag_seconds_sum).toBeGreaterThan(0);
    expect(found.process_cpu_seconds_total).toBeGreaterThan(0);
  });

  it('report waiting changes and the oldest open transaction', async ({
    organizationId,
    feedDatabase: db,
  }) => {
    const { metrics } = observedFeed(db, { sequence: false });
    const client = await db.pool.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM organization');
    await db.sessions(organizationId, 3);
    await until(async () => ((await scrape(metrics)).muster_feed_outbox_age_seconds ?? 0) > 0);
    const found = await scrape(metrics);
    expect(found).toMatchObject({
      muster_feed_head_position: 0,
      muster_feed_outbox_changes: 4,
      muster_feed_leading: 0,
      muster_feed_bus_delivering: 0,
    });
    expect(found.muster_feed_oldest_transaction_age_seconds).toBeGreaterThan(0);
    await client.query('COMMIT');
    client.release();
  });

  it('count repaired gaps when the bus delivers nothing', async ({ organizationId, feedDatabase: db }) => {
    const { feed, metrics } = observedFeed(db, { wrapBus: (bus) => ({ ...bus, publish: () => {} }) });
    const stream = await feed.open({ organizationId, matches: () => true });
    const [session = ''] = await db.sessions(organizationId, 1);
    await db.raise([session]);
    await take(stream, 3);
    expect((await scrape(metrics)).muster_feed_gaps_repaired_total).toBeGreaterThan(0);
  });
});

describe('a scrape', () => {
  it('works without the database and omits the database’s metrics', async ({ feedDatabase: db }) => {
    const { metrics } = observedFeed(db, {
      database: { url: 'postgres://nobody@127.0.0.1:1/nowhere', feedPool: unreachable() },
    });
    const found = await scrape(metrics);
    expect(found).toMatchObject({ muster_feed_leading: 0, muster_feed_streams: 0 });
    for (const name of ['head_position', 'outbox_changes', 'outbox_age_seconds', 'head_age_seconds']) {
      expect(found).not.toHaveProperty(`muster_feed_${name}`);
    }
  });

  it('omits the database’s metrics once the database has gone', async ({ feedDatabase: db }) => {
    const { feed, metrics } = observedFeed(db);
    await feed.ready();
    expect(await scrape(metrics)).toHaveProperty('muster_feed_head_position');
    const away = createMetrics();
    let isAway = false;
    away.observeFeed({
      status: feed.status,
      backlog: () => (isAway ? Promise.reject(new Error('away')) : feed.backlog()),
    });
    expect(await scrape(away)).toHaveProperty('muster_feed_head_position');
    isAway = true;
    expect(await scrape(away)).not.toHaveProperty('muster_feed_head_position');
  });

  it('reports one app only', async ({ organizationId, feedDatabase: db }) => {
    const [first, second] = [observedFeed(db), observedFeed(db)];
    await until(() => [first, second].some(({ feed }) => feed.status().isSequencing));
    await db.sessions(organizationId, 1);
    await db.drained();
    const counts = () =>
      Promise.all(
        [first, second].map(
          async ({ metrics }) => (await scrape(metrics)).muster_feed_sequenced_changes_total ?? 0,
        ),
      );
    // The database shows positions a moment before the sequencer counts them.
    await until(async () => Math.max(...(await counts())) === 2);
    expect(Math.min(...(await counts()))).toBe(0);
  });

  it('reads the connections of subscriptions', async () => {
    const metrics = createMetrics();
    metrics.observeSockets(() => ({
      connections: 3,
      subscriptions: 5,
      shared: { groups: 2, subscriptions: 4 },
      queuedBytes: 1_024,
      deliveries: 7,
      ended: { LAGGED: 1, RESTART: 0 },
    }));
    for (let round = 0; round < 2; round += 1) {
      expect(await scrape(metrics)).toMatchObject({
        muster_live_connections: 3,
        muster_live_subscriptions: 5,
        muster_live_shared_groups: 2,
        muster_live_shared_subscriptions: 4,
        muster_live_queued_bytes: 1_024,
        muster_live_deliveries_total: 7,
        'muster_live_ended_total{reason="lagged"}': 1,
        'muster_live_ended_total{reason="restart"}': 0,
      });
    }
  });

  it('reads the job queues, and omits them when they cannot be read', async () => {
    const metrics = createMetrics();
    let isAway = false;
    metrics.observeJobs(async () => {
      if (isAway) throw new Error('away');
      return [{ queue: 'agent.start', waiting: 3, running: 2, dead: 1, oldestWaitingSeconds: 1.5 }];
    });
    expect(await scrape(metrics)).toMatchObject({
      'muster_jobs_waiting{queue="agent.start"}': 3,
      'muster_jobs_running{queue="agent.start"}': 2,
      'muster_jobs_dead{queue="agent.start"}': 1,
      'muster_jobs_oldest_waiting_seconds{queue="agent.start"}': 1.5,
    });
    isAway = true;
    expect(Object.keys(await scrape(metrics)).filter((name) => name.startsWith('muster_jobs'))).toEqual([]);
  });

  it('is well formed: every metric has a help text, and counters end in _total', async ({
    feedDatabase: db,
  }) => {
    const { feed, metrics } = observedFeed(db);
    await feed.ready();
    const text = await metrics.metricsText();
    expect(metrics.contentType).toMatch(/^text\/plain/);
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type]) => ({ name, type }));
    expect(new Set(types.map(({ name }) => name)).size).toBe(types.length);
    for (const { name, type } of types) {
      expect(text).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'));
      if (type === 'counter') expect(name).toMatch(/_total$/);
    }
  });
});

describe('the feed’s health', () => {
  it('reports reading and sequencing separately', async ({ organizationId, feedDatabase: db }) => {
    const feed = db.feed({ sequence: false });
    await feed.ready();
    await db.sessions(organizationId, 1);
    expect(await feed.health()).toEqual({ isReading: true, isSequenced: true });
    await db.pool.query(`UPDATE change_outbox SET occurred_at = now() - interval '1 minute'`);
    expect(await feed.health()).toEqual({ isReading: true, isSequenced: false });
    db.feed();
    await db.drained();
    expect(await feed.health()).toEqual({ isReading: true, isSequenced: true });
  });

  it('is bad without a database', async ({ feedDatabase: db }) => {
    const feed = db.feed({
      database: { url: 'postgres://nobody@127.0.0.1:1/nowhere', feedPool: unreachable() },
    });
    expect(await feed.health()).toEqual({ isReading: false, isSequenced: false });
  });
});

/** A pool that cannot connect. */
function unreachable(): pg.Pool {
  const pool = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/nowhere' });
  pool.on('error', () => {});
  return pool;
}
