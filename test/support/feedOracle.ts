/** Writers that make it hard to keep the promised order, and the check that it was kept. */
import pg from 'pg';
import { type FeedDatabase, RAISE } from './feed.ts';

export type WriterOptions = {
  db: FeedDatabase;
  organizationId: string;
  writers: number;
  /** Writing ends when so many rows are committed, or `isEnough` says so. */
  rows: number;
  isEnough?: () => boolean;
  onCommit?: () => void;
};

/** Rows that several writers raise; many enough for writers to be at work, few enough for them to meet. */
const HOT_ROWS = 24;
/** Each writer's own rows, for transactions far larger than a batch. */
const OWN_ROWS = 60;

const chance = (share: number) => Math.random() < share;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.random() * ms));

/**
 * Concurrent transactions of 1 to 3 rows, some of 61, one in ten rolled back, with pauses between their statements.
 *
 * @returns how many row changes were committed.
 */
export async function write(options: WriterOptions): Promise<number> {
  const { db, organizationId, writers, rows, isEnough = () => false, onCommit } = options;
  const hot = (await db.sessions(organizationId, HOT_ROWS)).sort();
  let committed = 0;

  async function writer(): Promise<void> {
    const own = await db.sessions(organizationId, OWN_ROWS);
    const client = new pg.Client({ connectionString: db.url });
    await client.connect();
    while (committed < rows && !isEnough()) {
      const isLarge = chance(0.04);
      // One order for all, or they would deadlock.
      const touched = [
        ...new Set(Array.from({ length: isLarge ? 1 : 1 + Math.floor(Math.random() * 3) }, oneOf)),
      ];
      await client.query('BEGIN');
      for (const index of touched.sort((a, b) => a - b)) {
        await client.query(RAISE, [[hot[index]]]);
        if (chance(0.3)) await pause(4);
      }
      if (isLarge) {
        await client.query(RAISE, [own]);
        await pause(10);
      }
      const isRolledBack = chance(0.1);
      await client.query(isRolledBack ? 'ROLLBACK' : 'COMMIT');
      if (isRolledBack) continue;
      committed += touched.length + (isLarge ? own.length : 0);
      onCommit?.();
    }
    await client.end();
  }

  await Promise.all(Array.from({ length: writers }, writer));
  return committed;
}

/** The first rows are much hotter than the last. */
function oneOf(): number {
  return Math.floor(Math.random() ** 2 * HOT_ROWS);
}

export type Audit = {
  /** Updates of counters in the log. */
  updates: number;
  /** Changes whose counter is not the one after the row's change before: missed, repeated or inverted. */
  outOfOrder: number;
  /** Transactions whose changes are not side by side. */
  split: number;
  /** Positions that are not the one after the position before. */
  gaps: number;
  head: number;
};

/** Holds the whole log against the promises. */
export async function audit(pool: pg.Pool): Promise<Audit> {
  const { rows } = await pool.query<{
    position: string;
    xid: string;
    entity_id: string;
    type: string;
    count: string;
  }>(
    `SELECT position, xid::text, entity_id, type, payload -> 'row' ->> 'branch' AS count
       FROM change_log ORDER BY position`,
  );
  const { rows: heads } = await pool.query('SELECT position FROM feed_head');
  const counts = new Map<string, number>();
  const finished = new Set<string>();
  const result = { updates: 0, outOfOrder: 0, split: 0, gaps: 0, head: Number(heads[0].position) };
  let before = { position: 0, xid: '' };
  for (const row of rows) {
    const position = Number(row.position);
    if (position !== before.position + 1) result.gaps += 1;
    if (row.xid !== before.xid) {
      if (finished.has(row.xid)) result.split += 1;
      finished.add(row.xid);
    }
    before = { position, xid: row.xid };
    if (row.type !== 'SESSION_UPDATED') continue;
    result.updates += 1;
    const count = Number(row.count);
    if (count !== (counts.get(row.entity_id) ?? 0) + 1) result.outOfOrder += 1;
    counts.set(row.entity_id, count);
  }
  if (before.position !== result.head) result.gaps += 1;
  return result;
}
