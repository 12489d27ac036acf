/** The act by which committed changes get their positions. */
import type pg from 'pg';
import type { SequencedBatch } from '../bus/batch.ts';
import { CHANGE_JSON } from '../log/change.ts';
import { epochOf, INSTALLATION_SQL } from '../log/epoch.ts';

export type SequencingOptions = {
  /** How many waiting changes to look at. The transactions they belong to may make the batch smaller or larger. */
  batchSize: number;
  /** What SERVER_SQL answers on this connection. */
  server: string;
  /** The last head this connection has seen; any older one does, only slower. */
  knownHead: number;
  /** What the last look or batch on this connection answered, if anything; only for speed. */
  emptyAt?: EmptyAt;
};

/**
 * A snapshot that nothing was left waiting in, as PostgreSQL writes it. Whichever transactions had ended by then need
 * no second look.
 *
 * It matters while some old snapshot is held elsewhere, by a dump say: what was moved cannot be cleared away then, and
 * to look for the lowest id is to pass over all of it.
 */
export type EmptyAt = string;

export type Sequenced = {
  /** The head afterwards. */
  head: number;
  /** One for each organization that had changes in the batch. */
  batches: SequencedBatch[];
  /** Whether more may be waiting already. */
  isMore: boolean;
  /** Of the batch, if nothing that it could see is left waiting; else the one that was given. */
  emptyAt?: EmptyAt;
  /**
   * How long ago the transactions of the batch made their last changes, the longest of them, in milliseconds: from
   * there to here it is the commit and the wait for a position. Zero for an empty batch.
   */
  lagMs: number;
};

/** Larger shares of a batch are not sent around but read from the log. */
const MAX_SHARE_BYTES = 256 * 1024;
/**
 * Nor are the largest shares of a batch that has more than this to tell. The head is locked until the answer is sent,
 * so that must fit into what the network takes at once.
 */
const MAX_TOLD_BYTES = 2 * 1024 * 1024;
/** A batch may have to move one transaction of any size, wait for another sequencer, or pass over much that is dead. */
const QUERY_TIMEOUT_MS = 120_000;
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
  const config: pg.QueryConfig & { query_timeout: number } = {
    text: `${LOCK_HEAD}; ${moveSql(options.batchSize, floor, options.emptyAt)}`,
    query_timeout: QUERY_TIMEOUT_MS,
  };
  const [locked, moved] = (await client.query(config)) as unknown as [
    pg.QueryResult<{ position: string; installation: string }>,
    pg.QueryResult<ShareRow>,
  ];
  const head = locked.rows[0];
  if (!head) throw new Error('The table feed_head has lost its row.');
  const epoch = epochOf(head.installation, options.server);
  const batches = moved.rows.map((row) => ({
    epoch,
    organizationId: row.organization_id,
    previous: Number(row.previous),
    first: Number(row.first),
    last: Number(row.last),
    count: Number(row.count),
    events: row.events ?? undefined,
  }));
  // Whatever is visible and fits into the window is moved, so only a full window can leave something behind.
  const isMore = Number(moved.rows[0]?.seen ?? 0) >= options.batchSize;
  return {
    head: batches.reduce((last, batch) => Math.max(last, batch.last), Number(head.position)),
    batches,
    isMore,
    emptyAt: (isMore ? undefined : moved.rows[0]?.snapshot) ?? options.emptyAt,
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
  snapshot: string;
  lag_ms: number;
  events: string | null;
};

const LOCK_HEAD = `SELECT position, ${INSTALLATION_SQL} AS installation FROM feed_head FOR UPDATE`;

/**
 * Whether anything waits, without moving it.
 *
 * @returns the snapshot if nothing does, to be handed to the next look or batch on this connection.
 */
export async function look(client: pg.ClientBase, emptyAt?: EmptyAt): Promise<EmptyAt | undefined> {
  const config: pg.QueryConfig & { query_timeout?: number } = {
    text: `SELECT CASE WHEN NOT EXISTS (${waitingSql(emptyAt)}) THEN pg_current_snapshot()::text END AS snapshot`,
    ...(emptyAt === undefined && { query_timeout: QUERY_TIMEOUT_MS }),
  };
  const { rows } = await client.query<{ snapshot: string | null }>(config);
  return rows[0]?.snapshot ?? undefined;
}

/*
 * Of the changes that a statement sees, those that may wait. A transaction is below a snapshot's xmax and not among its
 * xip exactly when it had ended; then the snapshot saw all its changes, or it was rolled back; and the snapshot saw
 * none. So what waits now is of the others. (Nothing else may put changes there under old transaction ids; against
 * that, the sequencer looks at everything now and then.)
 */
export function waitingSql(emptyAt: EmptyAt | undefined): string {
  if (emptyAt === undefined) return 'SELECT id, xid FROM change_outbox';
  const [, xmax, xip] = emptyAt.split(':');
  return `SELECT id, xid FROM change_outbox WHERE xid >= '${xmax}'
    UNION ALL SELECT id, xid FROM change_outbox WHERE xid = ANY ('{${xip}}') AND xid < '${xmax}'`;
}

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
 * Whatever the statistics say of the outbox, nothing here may be planned as a walk over all of it: what is dead and cannot
 * be cleared away yet would be passed over each time. Hence the maximum for each transaction, and the minimum of the batch.
 *
 * `previous` may be given too high but never too low: an organization without a change since `floor` gets the floor,
 * or what lies before the oldest change that is still stored. (Its index is asked for a range rather than for the organization, or the planner might walk the primary key.)
 */
const moveSql = (batchSize: number, floor: number, emptyAt: EmptyAt | undefined) => `
WITH waiting AS ${emptyAt === undefined ? 'NOT' : ''} MATERIALIZED (
  ${waitingSql(emptyAt)}
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
    FROM moved c JOIN (
      SELECT organization_id, bytes, sum(bytes) OVER (ORDER BY bytes, organization_id) AS total FROM share
    ) s USING (organization_id)
   WHERE s.bytes <= ${MAX_SHARE_BYTES} AND s.total <= ${MAX_TOLD_BYTES}
   GROUP BY c.organization_id
)
SELECT s.organization_id, s.first, s.last, s.count,
       CASE WHEN octet_length(t.events) <= ${MAX_SHARE_BYTES}
             AND sum(octet_length(t.events)) OVER (ORDER BY octet_length(t.events), organization_id) <= ${MAX_TOLD_BYTES}
            THEN t.events END AS events,
       coalesce(
         (SELECT c.position FROM change_log c
           WHERE c.organization_id >= s.organization_id AND c.organization_id <= s.organization_id
             AND c.position >= ${floor}
           ORDER BY c.organization_id DESC, c.position DESC
           LIMIT 1),
         (SELECT c.position - 1 FROM change_log c WHERE c.position >= ${floor} ORDER BY c.position LIMIT 1),
         ${floor}) AS previous,
       (SELECT count(*) FROM frontier) AS seen,
       pg_current_snapshot()::text AS snapshot,
       (SELECT (extract(epoch FROM clock_timestamp() - min(occurred_at)) * 1000)::float8
          FROM taken WHERE id = last_id) AS lag_ms
  FROM share s LEFT JOIN told t USING (organization_id)`;
