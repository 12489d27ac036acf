import type pg from 'pg';
import { DEAD_LETTERS, QUEUES } from './queue.ts';

export type JobFigures = {
  queue: string;
  /** Jobs that are due and not started. */
  waiting: number;
  running: number;
  /** Dead letters. */
  dead: number;
  /** How long the oldest waiting job has been due. */
  oldestWaitingSeconds: number;
};

const FIGURES_SQL = `
SELECT coalesce(source_name, name) AS queue,
       count(*) FILTER (WHERE name <> $1 AND state < 'active' AND start_after <= now())::int AS waiting,
       count(*) FILTER (WHERE state = 'active')::int AS running,
       count(*) FILTER (WHERE name = $1)::int AS dead,
       coalesce(extract(epoch FROM now() - min(start_after)
         FILTER (WHERE name <> $1 AND state < 'active' AND start_after <= now()))::float8, 0) AS "oldestWaitingSeconds"
  FROM pgboss.job
 WHERE state <= 'active'
 GROUP BY 1`;

/** Returns the figures of every queue except the dead letters' own. */
export async function readJobFigures(pool: pg.Pool): Promise<JobFigures[]> {
  const { rows } = await pool.query<JobFigures>(FIGURES_SQL, [DEAD_LETTERS]);
  const found = new Map(rows.map((row) => [row.queue, row]));
  return Object.keys(QUEUES)
    .filter((queue) => queue !== DEAD_LETTERS)
    .map((queue) => found.get(queue) ?? { queue, waiting: 0, running: 0, dead: 0, oldestWaitingSeconds: 0 });
}
