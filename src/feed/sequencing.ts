/** The act by which committed changes get their positions. */
import type pg from 'pg';
import type { SequencedBatch } from './batch.ts';
import { CHANGE_JSON } from './change.ts';
import { epochOf } from './epoch.ts';

export type SequencingOptions = {
  /** How many waiting changes to look at. The transactions they belong to may make the batch smaller or larger. */
  batchSize: number;
  /** What SERVER_SQL answers on this connection. */
  server: string;
  /** The last head this connection has seen; any older one does, only slower. */
  knownHead: number;
};

export type Sequenced = {
  /** The head afterwards. */
  head: number;
  /** One for each organization that had changes in the batch. */
  batches: SequencedBatch[];
  /** Whether more may be waiting already. */
  isMore: boolean;
  /**
   * How long ago the transactions of the batch made their last changes, the longest of them, in milliseconds: from
   * there to here it is the commit and the wait for a position. Zero for an empty batch.
   */
  lagMs: number;
};

/** Larger shares of a batch are not sent around but read from the log. */
const MAX_SHARE_BYTES = 256 * 1024;
/** What a change takes in JSON besides its payload, about. */
const CHANGE_OVERHEAD_BYTES = 500;
/** An organization silent for longer is not looked up exactly: see `previous` below. Partitions begin at multiples. */
const PARTITION_POSITIONS = 100_000;
const MIN_LOOK_BACK = 20_000;

/**
 * Moves one batch of what is committed and waiting into the log, under the next positions, and commits.
 *
 * Any number of connections may do this at once; the lock of the one head row makes them take turns.
 *
 * @param client in autocommit, with READ COMMITTED as its default isolation.
 */
export async function sequence(client: pg.ClientBase, options: SequencingOptions): Promise<Sequenced> {
  const lookBack = options.knownHead - MIN_LOOK_BACK;
  const floor = Math.max(0, Math.floor(lookBack / PARTITION_POSITIONS) * PARTITION_POSITIONS);
  // Without parameters it goes as one simple query: one transaction, in which each statement is planned for what is
  // there now and sees what had been committed when it began. So the second sees all that was moved by whoever held
  // the head before.
  const results = await client.query(`${LOCK_HEAD}; ${moveSql(options.batchSize, floor)}`);
  const [locked, moved] = results as unknown as [
    pg.QueryResult<{ position: string; nonce: string }>,
    pg.QueryResult<ShareRow>,
  ];
  const head = locked.rows[0];
  if (!head) throw new Error('The table feed_head has lost its row.');
  const epoch = epochOf(head.nonce, options.server);
  const batches = moved.rows.map((row) => ({
    epoch,
    organizationId: row.organization_id,
    previous: Number(row.previous),
    first: Number(row.first),
    last: Number(row.last),
    count: Number(row.count),
    events: row.events ?? undefined,
  }));
  return {
    head: batches.reduce((last, batch) => Math.max(last, batch.last), Number(head.position)),
    batches,
    // Whatever is visible and fits into the window is moved, so only a full window can leave something behind.
    isMore: Number(moved.rows[0]?.seen ?? 0) >= options.batchSize,
    lagMs: Math.max(0, moved.rows[0]?.lag_ms ?? 0),
  };
}

type ShareRow = {
  organization_id: string;
  previous: string;
  first: string;
  last: string;
  count: string;
  seen: string;
  lag_ms: number;
  events: string | null;
};

const LOCK_HEAD = 'SELECT position, nonce FROM feed_head FOR UPDATE';

/*
 * Which changes go together, and in which order.
 *
 * Ids are drawn when a change is made, within its row's lock, and seen when it is committed. So of two changes of one
 * row the earlier has the smaller id, and is visible whenever the later one is. Transactions are moved whole, in the
 * order of their last visible ids; a row's earlier change thus comes first even if its transaction went on for long.
 * For this to hold between batches too, a batch must be a prefix of that order: every transaction whose last id is not
 * beyond the cut, and no other. The cut is chosen so that about `batchSize` changes are moved: the largest last id
 * within the window of the lowest ids, or, when no transaction ends there, the smallest one beyond.
 *
 * `previous` may be given too high but never too low: an organization without a change since `floor` gets the floor,
 * or what lies before the oldest change that is still stored. (Its index is asked for a range rather than for the organization, or the planner might walk the primary key.)
 */
const moveSql = (batchSize: number, floor: number) => `
WITH frontier AS MATERIALIZED (
  SELECT id, xid FROM change_outbox ORDER BY id LIMIT ${batchSize}
), touching AS MATERIALIZED (
  SELECT t.xid, (SELECT max(o.id) FROM change_outbox o WHERE o.xid = t.xid) AS last_id
    FROM (SELECT DISTINCT xid FROM frontier) t
), cut AS MATERIALIZED (
  SELECT coalesce(max(last_id) FILTER (WHERE last_id <= (SELECT max(id) FROM frontier)), min(last_id)) AS id
    FROM touching
), batch AS MATERIALIZED (
  SELECT within.xid, within.last_id
    FROM (SELECT xid, max(id) AS last_id FROM change_outbox WHERE id <= (SELECT id FROM cut) GROUP BY xid) within
   WHERE NOT EXISTS (
     SELECT FROM change_outbox beyond WHERE beyond.xid = within.xid AND beyond.id > (SELECT id FROM cut))
), taken AS (
  DELETE FROM change_outbox o USING batch WHERE o.xid = batch.xid RETURNING o.*, batch.last_id
), moved AS (
  INSERT INTO change_log (
    position, xid, organization_id, type, entity_type, entity_id, subjects, payload,
    actor_kind, actor_id, actor_name, request_id, occurred_at)
  SELECT h.position + row_number() OVER (ORDER BY t.last_id, t.id),
         t.xid, t.organization_id, t.type, t.entity_type, t.entity_id, t.subjects, t.payload,
         t.actor_kind, t.actor_id, t.actor_name, t.request_id, t.occurred_at
    FROM taken t CROSS JOIN feed_head h
  RETURNING *
), advanced AS (
  UPDATE feed_head SET position = position + (SELECT count(*) FROM moved) WHERE EXISTS (SELECT FROM moved)
), share AS (
  SELECT organization_id, min(position) AS first, max(position) AS last, count(*) AS count,
         sum(pg_column_size(payload) + ${CHANGE_OVERHEAD_BYTES}) AS bytes
    FROM moved
   GROUP BY organization_id
), told AS (
  SELECT c.organization_id, json_agg(${CHANGE_JSON} ORDER BY c.position)::text AS events
    FROM moved c JOIN share USING (organization_id)
   WHERE share.bytes <= ${MAX_SHARE_BYTES}
   GROUP BY c.organization_id
)
SELECT s.organization_id, s.first, s.last, s.count,
       CASE WHEN octet_length(t.events) <= ${MAX_SHARE_BYTES} THEN t.events END AS events,
       coalesce(
         (SELECT c.position FROM change_log c
           WHERE c.organization_id >= s.organization_id AND c.organization_id <= s.organization_id
             AND c.position >= ${floor}
           ORDER BY c.organization_id DESC, c.position DESC
           LIMIT 1),
         (SELECT c.position - 1 FROM change_log c WHERE c.position >= ${floor} ORDER BY c.position LIMIT 1),
         ${floor}) AS previous,
       (SELECT count(*) FROM frontier) AS seen,
       (SELECT (extract(epoch FROM clock_timestamp() - min(occurred_at)) * 1000)::float8
          FROM taken WHERE id = last_id) AS lag_ms
  FROM share s LEFT JOIN told t USING (organization_id)`;
