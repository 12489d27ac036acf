/** The two ends of the stored feed. */
import type pg from 'pg';
import { encodeCursor } from './cursor.ts';
import { epochOf, INSTALLATION_SQL, SERVER_SQL } from './epoch.ts';
import { CursorExpiredError } from './error.ts';

/** The last assigned position, and the history it belongs to. */
export type Head = { position: number; epoch: string };

/** The stored range of positions. */
export type Bounds = {
  /** The oldest stored position. When nothing is stored, the next position to be assigned. */
  oldest: number;
  head: Head;
};

const QUERY_TIMEOUT_MS = 10_000;

/** SQL for the columns of HeadRow, from a row of `feed_head`. */
export const HEAD_COLUMNS = `position AS head, ${INSTALLATION_SQL} AS installation, ${SERVER_SQL} AS server`;

export type HeadRow = { head: string; installation: string; server: string };

export function headFromRow(row: HeadRow): Head {
  return { position: Number(row.head), epoch: epochOf(row.installation, row.server) };
}

/** Runs a statement that returns one row for the one row of `feed_head`. A silent connection is dropped after 10 s. */
export async function queryHeadRow<Row extends HeadRow>(
  pool: pg.Pool,
  text: string,
  values: unknown[] = [],
): Promise<Row> {
  const config: pg.QueryConfig & { query_timeout: number } = {
    text,
    values,
    query_timeout: QUERY_TIMEOUT_MS,
  };
  const [row] = (await pool.query<Row>(config)).rows;
  if (!row) throw new Error('The table feed_head has lost its row.');
  return row;
}

export async function readHead(pool: pg.Pool): Promise<Head> {
  return headFromRow(await queryHeadRow<HeadRow>(pool, `SELECT ${HEAD_COLUMNS} FROM feed_head`));
}

export async function readBounds(pool: pg.Pool): Promise<Bounds> {
  const row = await queryHeadRow<HeadRow & { oldest: string }>(
    pool,
    `SELECT ${HEAD_COLUMNS},
            coalesce((SELECT c.position FROM change_log c ORDER BY c.position LIMIT 1), position + 1) AS oldest
       FROM feed_head`,
  );
  return { oldest: Number(row.oldest), head: headFromRow(row) };
}

/** The cursor before everything that is stored. */
export function oldestCursor({ oldest, head }: Bounds): string {
  return encodeCursor({ epoch: head.epoch, position: oldest - 1 });
}

/** A CursorExpiredError that carries the oldest cursor as of now. */
export async function readCursorExpired(pool: pg.Pool): Promise<CursorExpiredError> {
  return new CursorExpiredError(oldestCursor(await readBounds(pool)));
}
