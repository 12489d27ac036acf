/** The list of jobs that `muster jobs` shows. */
import type pg from 'pg';
import { DEAD_LETTERS, EVERY_SECONDS, type QueueName } from './queue.ts';

/** In the order of a job's life. */
export const JOB_STATES = ['waiting', 'retrying', 'running', 'done', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

export type ListedJob = {
  id: string;
  queue: string;
  state: JobState;
  /** How many attempts were started. */
  attempts: number;
  maxAttempts: number;
  createdAt: Date;
  /** When the next attempt is due; null when none is. */
  dueAt: Date | null;
  startedAt: Date | null;
  endedAt: Date | null;
  data: unknown;
  /** The result or the error of the last attempt. */
  output: unknown;
};

export type JobFilter = { id?: string; state?: JobState; queue?: QueueName; limit: number };

/** Lists jobs, newest first. Finished recurring jobs are left out unless the filter names their queue. */
export async function listJobs(pool: pg.Pool, { id, state, queue, limit }: JobFilter): Promise<ListedJob[]> {
  const { rows } = await pool.query<ListedJob>(LIST_SQL, [
    id ?? null,
    state ?? null,
    queue ?? null,
    Object.keys(EVERY_SECONDS),
    limit,
  ]);
  return rows;
}

/*
 * pg-boss stores a failed job twice: in its own queue, for a while, and as a dead letter, until it is retried. The dead
 * letter is listed, under the original queue and id.
 */
const LIST_SQL = `
SELECT * FROM (
  SELECT coalesce(j.source_id, j.id) AS id,
         coalesce(j.source_name, j.name) AS queue,
         CASE
           WHEN j.name = '${DEAD_LETTERS}' THEN 'failed'
           ELSE CASE j.state
             WHEN 'created' THEN 'waiting' WHEN 'retry' THEN 'retrying' WHEN 'active' THEN 'running'
             WHEN 'completed' THEN 'done' ELSE j.state::text
           END
         END AS state,
         coalesce(j.source_retry_count + 1, j.retry_count + (j.started_on IS NOT NULL)::int) AS attempts,
         coalesce(j.source_retry_count, j.retry_limit) + 1 AS "maxAttempts",
         coalesce(j.source_created_on, j.created_on) AS "createdAt",
         CASE WHEN j.name <> '${DEAD_LETTERS}' AND j.state < 'active' THEN j.start_after END AS "dueAt",
         j.started_on AS "startedAt",
         CASE WHEN j.name = '${DEAD_LETTERS}' THEN j.created_on ELSE j.completed_on END AS "endedAt",
         j.data,
         coalesce(j.source_output, j.output) AS output
    FROM pgboss.job j
   WHERE NOT (j.state = 'failed' AND j.dead_letter IS NOT NULL)
) listed
WHERE ($1::uuid IS NULL OR id = $1)
  AND ($2::text IS NULL OR state = $2)
  AND ($3::text IS NULL OR queue = $3)
  AND NOT ($1::uuid IS NULL AND $3::text IS NULL AND state = 'done' AND queue = ANY ($4::text[]))
ORDER BY "createdAt" DESC, id DESC
LIMIT $5`;
