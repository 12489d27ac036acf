/** The setup of the feed tests: a database with organizations, and feeds over it. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import pino from 'pino';
import { withSessionSettings } from '../../src/database/sessionSettings.ts';
import { createFeed, type Feed, type FeedOptions } from '../../src/feed/feed.ts';
import type { ChangeStream } from '../../src/feed/follow/stream.ts';
import { createDatabase } from './database.ts';

export type FeedDatabase = {
  url: string;
  /** The pool of the test itself, for setup, writes and checks. */
  pool: pg.Pool;
  /** A new feed with its own pool, as in another process. It is closed with the database. */
  feed(options?: Partial<FeedOptions>): Feed;
  organization(): Promise<string>;
  /** Inserts sessions whose branch is a counter, at 0. @returns their ids. */
  sessions(organizationId: string, count: number): Promise<string[]>;
  /** Raises the counters by one in one transaction. */
  raise(sessionIds: readonly string[]): Promise<void>;
  /** Resolves when the outbox is empty. */
  drained(): Promise<void>;
  close(): Promise<void>;
};

export const RAISE = 'UPDATE session SET branch = (branch::int + 1)::text WHERE id = ANY ($1)';

export async function openFeedDatabase(): Promise<FeedDatabase> {
  const database = await createDatabase();
  const pool = newPool(database.url, 'test');
  const feeds: Feed[] = [];
  const feedPools: pg.Pool[] = [];

  return {
    url: database.url,
    pool,

    feed(options = {}) {
      const feedPool = newPool(withSessionSettings(database.url), 'muster feed');
      const log = pino({ level: 'silent' });
      const feed = createFeed({ database: { url: database.url, feedPool }, log, ...options });
      feeds.push(feed);
      feedPools.push(feedPool);
      return feed;
    },

    async organization() {
      const slug = `o-${randomBytes(6).toString('hex')}`;
      const { rows } = await pool.query(
        'INSERT INTO organization (slug, name) VALUES ($1, $1) RETURNING id',
        [slug],
      );
      return rows[0].id;
    },

    async sessions(organizationId, count) {
      const slug = `p-${randomBytes(6).toString('hex')}`;
      const { rows } = await pool.query(
        `WITH p AS (INSERT INTO project (organization_id, slug, name) VALUES ($1, $2, $2) RETURNING id)
         SELECT id FROM p`,
        [organizationId, slug],
      );
      const sessions = await pool.query(
        `INSERT INTO session (organization_id, project_id, branch)
         SELECT $1, $2, '0' FROM generate_series(1, $3::int) RETURNING id`,
        [organizationId, rows[0].id, count],
      );
      return sessions.rows.map(({ id }) => id);
    },

    async raise(sessionIds) {
      await pool.query(RAISE, [sessionIds]);
    },

    async drained() {
      await until(async () => (await pool.query('SELECT FROM change_outbox LIMIT 1')).rows.length === 0);
    },

    async close() {
      await Promise.all(feeds.map((feed) => feed.close()));
      await Promise.all([pool, ...feedPools].map((each) => each.end()));
      await database.drop();
    },
  };
}

function newPool(connectionString: string, name: string): pg.Pool {
  // No timer for idle connections: some tests count timers.
  const pool = new pg.Pool({ connectionString, max: 4, application_name: name, idleTimeoutMillis: 0 });
  // Some tests end connections in the database.
  pool.on('error', () => {});
  return pool;
}

/** Polls until the condition holds. The time limit of the test applies. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}

export type Seen = { entityId: string; position: number; count: number };

/** The session, position and counter of a change. */
export function seen(change: {
  entityId: string;
  position: number;
  payload: Readonly<Record<string, unknown>>;
}): Seen {
  const { branch } = change.payload.row as { branch: string };
  return { entityId: change.entityId, position: change.position, count: Number(branch) };
}

/** Reads this many changes. */
export async function take(stream: ChangeStream, count: number): Promise<Seen[]> {
  const changes: Seen[] = [];
  while (changes.length < count) {
    const next = await stream.next();
    if (next.done) break;
    changes.push(seen(next.value));
  }
  return changes;
}

/** Ends the connections of the sequencers in the database. */
export async function endSequencers(pool: pg.Pool): Promise<void> {
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'muster sequencer'`,
  );
}
