import type pg from 'pg';
import type { Boss } from './boss.ts';
import { DEAD_LETTERS } from './queue.ts';

/**
 * Moves a dead letter back to its queue with all its attempts.
 *
 * @param id the id of the job, or of an earlier run that was retried this way.
 * @returns the queue's name; undefined when there is no such dead letter.
 */
export async function retryDeadLetter(
  pool: pg.Pool,
  { boss }: Boss,
  id: string,
): Promise<string | undefined> {
  const { rows } = await pool.query<{ id: string; queue: string }>(
    `SELECT id, source_name AS queue FROM pgboss.job
      WHERE name = $1 AND state = 'created' AND $2::uuid IN (id, source_id, source_root_id)
      ORDER BY created_on DESC LIMIT 1`,
    [DEAD_LETTERS, id],
  );
  const [letter] = rows;
  if (!letter) return undefined;
  const moved = await boss.redrive(DEAD_LETTERS, { ids: [letter.id] });
  return moved > 0 ? letter.queue : undefined;
}
