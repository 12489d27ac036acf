/** Reads pages of the stored feed. */
import type pg from 'pg';
import { CHANGE_JSON, type Change, type ChangeJson, changeFromJson } from './change.ts';
import { type ChangeFilter, filterSql, filterValues } from './filter.ts';
import {
  HEAD_COLUMNS,
  type Head,
  type HeadRow,
  headFromRow,
  queryHeadRow,
  readCursorExpired,
} from './head.ts';

/** The position after which one organization's changes are read. */
export type Start = { organizationId: string; after: number };

export type PageRequest = {
  /** One for each organization. */
  starts: readonly Start[];
  /** Inclusive. Default: the head. */
  upTo?: number;
  /** The epoch of the given positions. If set, the database must still be in it. */
  epoch?: string;
  limit: number;
  /** Limits the JSON text of the page. A single change is returned even if it is larger. */
  maxBytes?: number;
  filter?: ChangeFilter;
};

export type Page = {
  /** In feed order, across organizations. */
  changes: Change[];
  /** Size of the changes as JSON text, which approximates their size in memory. */
  bytes: number;
  /** The page contains every requested change up to this position. */
  upTo: number;
  head: Head;
};

const PAGE_BYTES = 1024 * 1024;
/** The most positions that one page covers, so that it plans and opens few of the log's partitions. */
export const PAGE_SPAN = 200_000;
/** How many payloads are unpacked before the first check of their size. See `capacity` below. */
const FIRST_CAPACITY = 8;

/**
 * Reads the oldest changes after the given positions. One statement reads the changes and checks that retention has not
 * removed any of them, so both come from one snapshot.
 *
 * @throws {CursorExpiredError} when changes after the lowest start are no longer stored, or the epoch has changed.
 */
export async function readPage(pool: pg.Pool, request: PageRequest): Promise<Page> {
  const { starts, limit, maxBytes = PAGE_BYTES, filter = {} } = request;
  const lowest = Math.min(...starts.map(({ after }) => after));
  const upTo = Math.min(request.upTo ?? Number.MAX_SAFE_INTEGER, lowest + PAGE_SPAN);
  const row = await queryHeadRow<HeadRow & { is_kept: boolean; matched: string; changes: string | null }>(
    pool,
    PAGE_SQL,
    [
      starts.map(({ organizationId }) => organizationId),
      starts.map(({ after }) => after),
      lowest,
      upTo,
      limit,
      maxBytes,
      ...filterValues(filter),
    ],
  );
  const head = headFromRow(row);
  if (!row.is_kept || (request.epoch !== undefined && request.epoch !== head.epoch)) {
    throw await readCursorExpired(pool);
  }
  const json = JSON.parse(row.changes ?? '[]') as ChangeJson[];
  const changes = json.map((change) => changeFromJson(change, head.epoch));
  const isCut = changes.length === limit || changes.length < Number(row.matched);
  return {
    changes,
    bytes: row.changes?.length ?? 0,
    upTo: (isCut && changes.at(-1)?.position) || Math.max(lowest, Math.min(upTo, head.position)),
    head,
  };
}

/** Approximate size of a payload as text. Only a compressed payload is unpacked to measure it. */
const PAYLOAD_BYTES = `CASE WHEN pg_column_compression(payload) IS NULL THEN pg_column_size(payload)
  ELSE octet_length(payload::text) END`;

/*
 * - `is_kept`: positions have no gaps and retention removes the lowest, so if the change right after the lowest start
 *   is stored, every later one is too.
 * - `page` compares (organization_id, position) as a row because only the index on those two columns serves that. With
 *   an equality and a range, the planner may walk the primary key past the changes of every other organization.
 * - The plain bounds on the position let the planner exclude partitions.
 * - `capacity`: a stored payload may be compressed a hundredfold, so its size is known only once it is unpacked.
 *   Unpacking a thousand payloads for a page that fits ten would cost a hundred times the page. `capacity` doubles until
 *   the byte limit is reached, and the payloads beyond it stay compressed.
 */
const PAGE_SQL = `
WITH RECURSIVE state AS MATERIALIZED (
  SELECT ${HEAD_COLUMNS},
         position <= $3::bigint OR EXISTS (SELECT FROM change_log WHERE position = $3::bigint + 1) AS is_kept
    FROM feed_head
), page AS MATERIALIZED (
  SELECT c.*, row_number() OVER (ORDER BY c.position) AS number
    FROM unnest($1::uuid[], $2::bigint[]) AS start (organization_id, after)
   CROSS JOIN LATERAL (
     SELECT * FROM change_log c
      WHERE (c.organization_id, c.position) > (start.organization_id, start.after)
        AND (c.organization_id, c.position) <= (start.organization_id, $4::bigint)
        AND c.position > $3::bigint AND c.position <= $4::bigint
        AND ${filterSql(7)}
      ORDER BY c.organization_id, c.position
      LIMIT $5
   ) c
   ORDER BY c.position
   LIMIT $5
), capacity (changes) AS (
  SELECT ${FIRST_CAPACITY}
  UNION ALL
  SELECT 2 * changes FROM capacity
   WHERE changes < (SELECT count(*) FROM page)
     AND (SELECT sum(${PAYLOAD_BYTES}) FROM page WHERE number <= changes) < $6::int
), encoded AS MATERIALIZED (
  SELECT c.position, ${CHANGE_JSON}::text AS change
    FROM page c
   WHERE c.number <= (SELECT max(changes) FROM capacity)
), sized AS (
  SELECT *, sum(octet_length(change)) OVER (ORDER BY position) AS bytes FROM encoded
)
SELECT head, installation, server, is_kept, (SELECT count(*) FROM page) AS matched,
       (SELECT '[' || string_agg(change, ',' ORDER BY position) || ']' FROM sized
         WHERE bytes = octet_length(change) OR bytes <= $6::int) AS changes
  FROM state`;
