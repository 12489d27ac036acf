/** Gives committed changes their positions. */
import type pg from 'pg';
import type { SequencedBatch } from '../bus/batch.ts';
import { epochOf, INSTALLATION_SQL } from '../log/epoch.ts';
import { moveBatchSql, type ShareRow } from './moveBatchSql.ts';
import { type EmptySnapshot, partsOf } from './outbox.ts';
import { prepare } from './prepared.ts';

export type MoveOptions = {
  /** How many waiting changes to look at. Whole transactions are moved, so a batch may be smaller or larger. */
  batchSize: number;
  /** The value of SERVER_SQL on this connection. */
  server: string;
  /** The last head that this connection has seen. An older one is correct too, but slower. */
  knownHead: number;
  /** The latest empty snapshot of this connection, if any. It only makes the statement faster. */
  emptySnapshot?: EmptySnapshot;
  /**
   * How long to wait for the answer. Default: the limit of the connection. PostgreSQL completes a batch that this process
   * has given up. Its changes are then read from the log.
   */
  timeoutMs?: number;
};

export type MovedBatch = {
  /** The head after the batch. */
  head: number;
  /** One for each organization with changes in the batch. */
  batches: SequencedBatch[];
  /** Whether more changes may be waiting already. */
  hasMore: boolean;
  /** The batch's own snapshot if it left nothing waiting, otherwise the given one. */
  emptySnapshot?: EmptySnapshot;
  /**
   * The longest time in milliseconds from a transaction's last change to its position: the commit and the wait in the
   * outbox. Zero for an empty batch.
   */
  lagMs: number;
};

/** A change of an organization that was silent for longer gets an approximate `previous`. See moveBatchSql. */
const MIN_LOOK_BACK = 20_000;
const PARTITION_POSITIONS = 100_000;

const LOCK_HEAD = `SELECT position, ${INSTALLATION_SQL} AS installation FROM feed_head FOR UPDATE`;

/**
 * Moves one batch of committed changes from the outbox to the log, under the next positions, and commits.
 *
 * Any number of connections may call this at once: each locks the one row of `feed_head`, so they take turns.
 *
 * @param client in autocommit, with READ COMMITTED as its default isolation.
 */
export async function moveBatch(client: pg.ClientBase, options: MoveOptions): Promise<MovedBatch> {
  const lookBack = options.knownHead - MIN_LOOK_BACK;
  const floor = Math.max(0, Math.floor(lookBack / PARTITION_POSITIONS) * PARTITION_POSITIONS);
  const { batchSize, emptySnapshot, timeoutMs } = options;
  const isFullScan = emptySnapshot === undefined;
  const move = isFullScan
    ? await prepare(client, 'move_all', [], moveBatchSql(batchSize, floor, true))
    : await prepare(client, 'move_since', ['xid8', 'xid8[]'], moveBatchSql(batchSize, floor, false));
  // Without parameters, pg sends both statements as one simple query, which is one transaction. The second statement
  // takes its snapshot after the lock, so it sees everything that the previous holder of the lock moved.
  const config: pg.QueryConfig & { query_timeout?: number } = {
    text: `${LOCK_HEAD}; ${move(isFullScan ? [] : partsOf(emptySnapshot))}`,
    query_timeout: timeoutMs,
  };
  const [locked, moved] = (await client.query(config)) as unknown as [
    pg.QueryResult<{ position: string; installation: string }>,
    pg.QueryResult<ShareRow>,
  ];
  const head = locked.rows[0];
  if (!head) throw new Error('The table feed_head has lost its row.');
  const epoch = epochOf(head.installation, options.server);
  const batches = moved.rows.map((row) => batchFromRow(row, epoch));
  // Every visible change in the window is moved unless the window is full.
  const hasMore = Number(moved.rows[0]?.scanned ?? 0) >= batchSize;
  return {
    head: batches.reduce((last, batch) => Math.max(last, batch.last), Number(head.position)),
    batches,
    hasMore,
    emptySnapshot: (hasMore ? undefined : moved.rows[0]?.snapshot) ?? emptySnapshot,
    lagMs: Math.max(0, moved.rows[0]?.lag_ms ?? 0),
  };
}

function batchFromRow(row: ShareRow, epoch: string): SequencedBatch {
  return {
    epoch,
    organizationId: row.organization_id,
    previous: Number(row.previous),
    first: Number(row.first),
    last: Number(row.last),
    count: Number(row.count),
    events: row.events ?? undefined,
  };
}
