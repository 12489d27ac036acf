/** Writers whose concurrent transactions make the promised order hard to keep, and a check of that order. */
import pg from 'pg';
import { type FeedDatabase, RAISE } from './feed.ts';

export type WriterOptions = {
  db: FeedDatabase;
  organizationId: string;
  writers: number;
  /** Writing ends when this many rows are committed, or when `isEnough` returns true. */
  rows: number;
  isEnough?: () => boolean;
  onCommit?: () => void;
};

/** Rows that several writers raise: enough for all to progress, and few enough for them to wait for each other. */
const HOT_ROWS = 24;
/** Each writer's own rows, for transactions much larger than a batch. */
const OWN_ROWS = 60;

const chance = (share: number) => Math.random() < share;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.random() * ms));

/**
 * Concurrent transactions of 1 to 3 rows, some of 61, one in ten rolled back, with pauses between their statements.
 *
 * @returns the number of committed row changes.
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
      // All writers lock in this order. Otherwise they would deadlock.
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

/** An index of a hot row. Low indexes are much more frequent than high ones. */
function oneOf(): number {
  return Math.floor(Math.random() ** 2 * HOT_ROWS);
}

export type Audit = {
  /** The number of counter updates in the log. */
  updates: number;
  /** Changes whose counter does not follow that of the row's previous change: missed, repeated or inverted. */
  outOfOrder: number;
  /** Transactions whose changes are not contiguous. */
  split: number;
  /** Positions that do not follow the previous position. */
  gaps: number;
  head: number;
};

/** Checks the whole log against the promises of the feed. */
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
