/** Keeps the log's partitions ahead of the head. One that is missing delays changes, and loses none. */
import pg from 'pg';
import type { FeedLog } from '../logger.ts';

const AHEAD_POSITIONS = 200_000;
/** Made at once, so that it is not a matter for every batch. */
const STEP_POSITIONS = 100_000;
const RETRY_POSITIONS = 10_000;
const NO_PARTITION = '23514';
/** Vacuuming the log or indexing it keeps partitions from being made, and need not keep changes waiting. */
const LOCK_TIMEOUT_MS = 100;
/** For when nothing goes on without them. */
const ROOM_TIMEOUT_MS = 120_000;

export type PartitionKeeper = {
  /**
   * Called before a batch: makes partitions when the head comes near the last one. If it cannot, there is room for now.
   *
   * @throws when the connection is lost.
   */
  keepAhead(head: number): Promise<void>;
  /** Makes partitions for everything that waits; for when `isMissingPartition`. */
  makeRoom(): Promise<void>;
};

export function createPartitionKeeper(client: pg.ClientBase, log: FeedLog): PartitionKeeper {
  let madeUpTo = 0;
  return {
    async keepAhead(head) {
      if (head + AHEAD_POSITIONS <= madeUpTo) return;
      const upTo = head + AHEAD_POSITIONS + STEP_POSITIONS;
      try {
        // As one simple query it is one transaction.
        await client.query(
          `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SELECT ensure_change_log_partitions(${upTo})`,
        );
        madeUpTo = upTo;
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) throw error;
        log.warn({ err: error }, 'feed: no partitions could be made ahead');
        madeUpTo = head + AHEAD_POSITIONS + RETRY_POSITIONS;
      }
    },

    async makeRoom() {
      const config: pg.QueryConfig & { query_timeout: number } = {
        text: `SELECT ensure_change_log_partitions(
                        position + (SELECT count(*) FROM change_outbox) + ${AHEAD_POSITIONS})
                 FROM feed_head`,
        query_timeout: ROOM_TIMEOUT_MS,
      };
      await client.query(config);
    },
  };
}

/** Whether a batch failed for want of a partition: the log has no other rule that a change could violate. */
export function isMissingPartition(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === NO_PARTITION;
}
