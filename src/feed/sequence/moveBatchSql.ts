import { CHANGE_JSON } from '../log/change.ts';
import { ALL_WAITING, waitingSince } from './outbox.ts';

/** One organization's share of a moved batch. The last three columns are of the whole batch. */
export type ShareRow = {
  organization_id: string;
  previous: string;
  first: string;
  last: string;
  count: string;
  /** The changes as a JSON array; null when they are too large to publish. */
  events: string | null;
  /** How many waiting changes the batch looked at. */
  scanned: string;
  snapshot: string;
  lag_ms: number;
};

/** A larger share is published without its changes, and subscribers read them from the log. */
const MAX_SHARE_BYTES = 256 * 1024;
/**
 * The most bytes of changes that one batch publishes; its largest shares go without. The head stays locked until the
 * answer is sent, so the answer must fit into what the network accepts at once.
 */
const MAX_PUBLISHED_BYTES = 2 * 1024 * 1024;
/** Approximate size of a change's JSON besides its payload. */
const CHANGE_OVERHEAD_BYTES = 500;

/*
 * The batch rule: which changes go together, and in which order.
 *
 * A change gets its id when it is made, under its row's lock, and becomes visible at commit. So of two changes of one
 * row, the earlier has the smaller id and is visible whenever the later is. Whole transactions are moved, in the order
 * of their last visible ids, so a row's earlier change comes first even if its transaction ran for longer.
 *
 * For the order to hold across batches, a batch is a prefix of it: every transaction whose last id is at or below the
 * cut, and no other. The cut moves about `batchSize` changes: it is the largest last id within the window of the lowest
 * ids or, if no transaction ends there, the smallest last id beyond.
 *
 * No part may be planned as a scan of the whole outbox, whatever the statistics say: it would pass over all the dead
 * rows each time. Hence the maximum per transaction, and the minimum xid of the batch.
 *
 * `previous` may be too high but never too low. For an organization without a change since `floor` it is the floor, or
 * the position before the oldest stored change. The organization is given as a range, not by `=`, because with `=` the
 * planner might walk the primary key. The floor is part of the text and not a parameter, because a prepared plan locks
 * every partition that it might read.
 *
 * The parameters are the parts of an empty snapshot. A full scan has none.
 */
export const moveBatchSql = (batchSize: number, floor: number, isFullScan: boolean): string => `
WITH waiting AS ${isFullScan ? 'NOT' : ''} MATERIALIZED (
  ${isFullScan ? ALL_WAITING : waitingSince('$1', '$2')}
), frontier AS MATERIALIZED (
  SELECT id, xid FROM waiting ORDER BY id LIMIT ${batchSize}
), touching AS MATERIALIZED (
  SELECT t.xid, (SELECT max(o.id) FROM change_outbox o WHERE o.xid = t.xid) AS last_id
    FROM (SELECT DISTINCT xid FROM frontier) t
), cut AS MATERIALIZED (
  SELECT coalesce(max(last_id) FILTER (WHERE last_id <= (SELECT max(id) FROM frontier)), min(last_id)) AS id
    FROM touching
), batch AS MATERIALIZED (
  SELECT within.xid, within.last_id
    FROM (SELECT xid, max(id) AS last_id FROM waiting WHERE id <= (SELECT id FROM cut) GROUP BY xid) within
   WHERE within.last_id = (SELECT max(o.id) FROM change_outbox o WHERE o.xid = within.xid)
), taken AS (
  DELETE FROM change_outbox o USING batch
   WHERE o.xid = batch.xid AND o.xid >= (SELECT min(xid) FROM batch)
  RETURNING o.*, batch.last_id
), moved AS (
  INSERT INTO change_log (
    position, xid, organization_id, type, entity_type, entity_id, subjects, payload,
    actor_kind, actor_id, actor_name, request_id, token_id, occurred_at)
  SELECT h.position + row_number() OVER (ORDER BY t.last_id, t.id),
         t.xid, t.organization_id, t.type, t.entity_type, t.entity_id, t.subjects, t.payload,
         t.actor_kind, t.actor_id, t.actor_name, t.request_id, t.token_id, t.occurred_at
    FROM taken t CROSS JOIN feed_head h
  RETURNING *
), advanced AS (
  UPDATE feed_head SET position = position + (SELECT count(*) FROM moved) WHERE EXISTS (SELECT FROM moved)
), share AS (
  SELECT organization_id, min(position) AS first, max(position) AS last, count(*) AS count,
         sum(pg_column_size(payload) + ${CHANGE_OVERHEAD_BYTES}) AS bytes
    FROM moved
   GROUP BY organization_id
), encoded AS (
  SELECT c.organization_id, json_agg(${CHANGE_JSON} ORDER BY c.position)::text AS events
    FROM moved c JOIN (
      SELECT organization_id, bytes, sum(bytes) OVER (ORDER BY bytes, organization_id) AS total FROM share
    ) s USING (organization_id)
   WHERE s.bytes <= ${MAX_SHARE_BYTES} AND s.total <= ${MAX_PUBLISHED_BYTES}
   GROUP BY c.organization_id
)
SELECT s.organization_id, s.first, s.last, s.count,
       CASE WHEN octet_length(e.events) <= ${MAX_SHARE_BYTES}
             AND sum(octet_length(e.events)) OVER (ORDER BY octet_length(e.events), organization_id)
                 <= ${MAX_PUBLISHED_BYTES}
            THEN e.events END AS events,
       coalesce(
         (SELECT c.position FROM change_log c
           WHERE c.organization_id >= s.organization_id AND c.organization_id <= s.organization_id
             AND c.position >= ${floor}
           ORDER BY c.organization_id DESC, c.position DESC
           LIMIT 1),
         (SELECT c.position - 1 FROM change_log c WHERE c.position >= ${floor} ORDER BY c.position LIMIT 1),
         ${floor}) AS previous,
       (SELECT count(*) FROM frontier) AS scanned,
       pg_current_snapshot()::text AS snapshot,
       (SELECT (extract(epoch FROM clock_timestamp() - min(occurred_at)) * 1000)::float8
          FROM taken WHERE id = last_id) AS lag_ms
  FROM share s LEFT JOIN encoded e USING (organization_id)`;
