/** Finds where a page begins that is read backward. */
import type pg from 'pg';
import type { Limiter } from '../../load/limiter.ts';
import { type ChangeFilter, filterSql, filterValues } from './filter.ts';
import { HEAD_COLUMNS, type HeadRow, queryHeadRow } from './head.ts';
import { PAGE_SPAN, type Start } from './page.ts';

/**
 * The position of the earliest among the last `limit` changes that pass the filter, after the start and up to `upTo`;
 * undefined when there are none.
 *
 * @param limiter runs each read. A filter that few changes pass takes many.
 */
export async function findLast(
  pool: pg.Pool,
  { start, upTo, limit, filter }: { start: Start; upTo: number; limit: number; filter: ChangeFilter },
  limiter: Limiter,
): Promise<number | undefined> {
  let earliest: number | undefined;
  let missing = limit;
  for (let end = upTo; missing > 0 && end > start.after; end -= PAGE_SPAN) {
    const after = Math.max(start.after, end - PAGE_SPAN);
    const values = [start.organizationId, after, end, missing, ...filterValues(filter)];
    const row = await limiter(() => queryHeadRow<LastRow>(pool, LAST_SQL, values));
    earliest = row.earliest === null ? earliest : Number(row.earliest);
    missing -= Number(row.found);
  }
  return earliest;
}

type LastRow = HeadRow & { found: string; earliest: string | null };

/** The bounds are stated twice for the reasons that `page.ts` gives. */
const LAST_SQL = `
WITH last AS MATERIALIZED (
  SELECT c.position FROM change_log c
   WHERE (c.organization_id, c.position) > ($1::uuid, $2::bigint)
     AND (c.organization_id, c.position) <= ($1::uuid, $3::bigint)
     AND c.position > $2::bigint AND c.position <= $3::bigint
     AND ${filterSql(5)}
   ORDER BY c.organization_id DESC, c.position DESC
   LIMIT $4
)
SELECT ${HEAD_COLUMNS}, (SELECT count(*) FROM last) AS found, (SELECT min(position) FROM last) AS earliest
  FROM feed_head`;
