/** The election of the sequencer, its failures, and its shutdown. */

import type { Feed } from '../../src/feed/feed.ts';
import { endSequencers, take, until } from '../support/feed.ts';
import { audit } from '../support/feedOracle.ts';
import { describe, expect, test } from '../support/test.ts';

const it = test.extend('organizationId', async ({ feedDatabase: db }) => await db.organization());

const leading = (feeds: Feed[]) => feeds.filter((feed) => feed.status().isSequencing);

describe('the election', () => {
  it('has one leader, and a standby takes over when it stops', async ({ feedDatabase: db }) => {
    const feeds = [db.feed(), db.feed(), db.feed()];
    await until(() => leading(feeds).length === 1);
    const [first] = leading(feeds);
    await first?.close();
    await until(() => leading(feeds).length === 1);
    expect(leading(feeds)).not.toContain(first);
  });

  it('recovers when the leader loses its connection', async ({ organizationId, feedDatabase: db }) => {
    const feeds = [db.feed(), db.feed()];
    for (let round = 0; round < 5; round += 1) {
      await until(() => leading(feeds).length === 1);
      await endSequencers(db.pool);
      await db.sessions(organizationId, 1);
      await db.drained();
    }
  });

  it('excludes processes that may not sequence', async ({ organizationId, feedDatabase: db }) => {
    const reader = db.feed({ sequence: false });
    const stream = await reader.open({ organizationId, matches: () => true });
    const writer = db.feed();
    const [session = ''] = await db.sessions(organizationId, 1);
    await db.raise([session]);
    expect((await take(stream, 3)).at(-1)).toMatchObject({ entityId: session, count: 1 });
    expect(reader.status().isSequencing).toBe(false);
    expect(writer.status().isSequencing).toBe(true);
  });
});

describe('a change', () => {
  it('of another program is found without a nudge', async ({ organizationId, feedDatabase: db }) => {
    db.feed();
    await db.sessions(organizationId, 1);
    await db.drained();
  });

  it('waits in the outbox until a process sequences, and its age is reported', async ({
    organizationId,
    feedDatabase: db,
  }) => {
    await db.sessions(organizationId, 1);
    const reader = db.feed({ sequence: false });
    await until(async () => (await reader.outboxAgeMs()) > 1);
    expect(await reader.head()).toBe(0);
    db.feed();
    await db.drained();
    expect(await reader.outboxAgeMs()).toBe(0);
    expect(await reader.head()).toBe(2);
  });
});

describe('a missing partition', () => {
  it('delays changes and loses none', async ({ organizationId, feedDatabase: db }) => {
    const feed = db.feed();
    const sessions = await db.sessions(organizationId, 3);
    await db.drained();
    // Only the first partition is left, and the head is at its end.
    await db.pool.query(`
      DO $$ DECLARE p regclass; BEGIN
        FOR p IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'change_log'::regclass LOOP
          IF p::text > 'change_log_0000000000' THEN EXECUTE 'DROP TABLE ' || p; END IF;
        END LOOP;
      END $$;
      UPDATE feed_head SET position = 99998;`);
    const stream = await feed.open({ organizationId, matches: () => true });
    for (let round = 0; round < 3; round += 1) await db.raise(sessions);
    expect((await take(stream, 9)).map(({ position }) => position)).toEqual(
      Array.from({ length: 9 }, (_, index) => 99_999 + index),
    );
  });

  it('is created ahead by the leader', async ({ organizationId, feedDatabase: db }) => {
    await db.pool.query('UPDATE feed_head SET position = 240000');
    const feed = db.feed();
    await until(() => feed.status().isSequencing);
    await db.sessions(organizationId, 1);
    await db.drained();
    const { rows } = await db.pool.query(`SELECT to_regclass('change_log_0000000004') AS name`);
    expect(rows[0].name).toBe('change_log_0000000004');
  });
});

describe('one transaction of many changes', () => {
  it('is one batch, which followers read from the log', async ({ organizationId, feedDatabase: db }) => {
    const feed = db.feed();
    const stream = await feed.open({ organizationId, matches: ({ type }) => type === 'SESSION_UPDATED' });
    const sessions = await db.sessions(organizationId, 5_000);
    await db.raise(sessions);
    await db.raise(sessions.slice(0, 10));
    const seen = await take(stream, 5_010);
    expect(new Set(seen.slice(0, 5_000).map(({ entityId }) => entityId)).size).toBe(5_000);
    expect(seen.slice(5_000).map(({ count }) => count)).toEqual(Array(10).fill(2));
    expect(await audit(db.pool)).toMatchObject({ updates: 5_010, outOfOrder: 0, split: 0, gaps: 0 });
  });
});

describe('closing', () => {
  it('frees every resource, whatever the feed was doing', async ({ organizationId, feedDatabase: db }) => {
    const feeds = Array.from({ length: 4 }, () => db.feed());
    const streams = await Promise.all(
      feeds.map((feed) => feed.open({ organizationId, matches: () => true })),
    );
    const waiting = streams.map((stream) => stream.next());
    await db.sessions(organizationId, 500);
    await Promise.all(feeds.map((feed) => feed.close()));
    await Promise.all(waiting);
    for (const stream of streams) expect(await stream.next()).toEqual({ done: true, value: undefined });
    await expect(feeds[0]?.open({ organizationId, matches: () => true })).rejects.toThrow('closed');
    await until(async () => {
      const { rows } = await db.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'muster sequencer'`,
      );
      return rows.length === 0;
    });
  });

  it('works without a database', async ({ feedDatabase: db }) => {
    const feed = db.feed({ database: { url: 'postgres://postgres@127.0.0.1:1/nowhere', feedPool: db.pool } });
    await feed.close();
  });
});
