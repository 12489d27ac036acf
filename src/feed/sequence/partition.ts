/** Creates the log's partitions before they are needed. A missing partition delays changes but loses none. */
import pg from 'pg';
import type { FeedLog } from '../logger.ts';

const AHEAD_POSITIONS = 200_000;
/** Partitions are created in steps, so that not every batch has to. */
const STEP_POSITIONS = 100_000;
const RETRY_POSITIONS = 10_000;
const CHECK_VIOLATION = '23514';
/** VACUUM or CREATE INDEX on the log blocks new partitions. Changes must not wait for it. */
const LOCK_TIMEOUT_MS = 100;
/** When a batch needs a missing partition, it has to wait. */
const CREATE_TIMEOUT_MS = 120_000;

export type PartitionKeeper = {
  /**
   * Creates partitions when the head comes near the last one. Called before each batch. If the log is locked, it tries
   * again some positions later: the existing partitions suffice until then.
   *
   * @throws when the connection is lost.
   */
  keepAhead(head: number): Promise<void>;
  /** Creates the partitions for every waiting change. Called when `isMissingPartition`. */
  createMissing(): Promise<void>;
};

export function createPartitionKeeper(client: pg.ClientBase, log: FeedLog): PartitionKeeper {
  let createdUpTo = 0;
  return {
    async keepAhead(head) {
      if (head + AHEAD_POSITIONS <= createdUpTo) return;
      const upTo = head + AHEAD_POSITIONS + STEP_POSITIONS;
      try {
        // One simple query is one transaction.
        await client.query(
          `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SELECT ensure_change_log_partitions(${upTo})`,
        );
        createdUpTo = upTo;
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) throw error;
        log.warn({ err: error }, 'feed: cannot create partitions ahead; trying again later');
        createdUpTo = head + AHEAD_POSITIONS + RETRY_POSITIONS;
      }
    },

    async createMissing() {
      const config: pg.QueryConfig & { query_timeout: number } = {
        text: `SELECT ensure_change_log_partitions(
                        position + (SELECT count(*) FROM change_outbox) + ${AHEAD_POSITIONS})
                 FROM feed_head`,
        query_timeout: CREATE_TIMEOUT_MS,
      };
      await client.query(config);
    },
  };
}

/** Whether a batch failed because a partition is missing. The log has no other check that a change could violate. */
export function isMissingPartition(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === CHECK_VIOLATION;
}
