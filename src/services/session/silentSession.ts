/** Marks sessions whose process never sent a signal. */
import type { Database } from '../../db.ts';
import { transactFor } from '../port/job.ts';

export const SILENCE_JOB = 'session.silence';

/**
 * Stamps every session that has become NO_SIGNAL, and returns how many there were. The view `session_status` decides;
 * the other conditions let an index find the candidates.
 */
export async function stampSilentSessions(db: Database): Promise<number> {
  return await transactFor(
    { name: SILENCE_JOB, db },
    // Locked in the order of their ids, as everywhere. A locked session is about to change and is skipped; the next run
    // looks at it again.
    (tx) => tx.$executeRaw`
      WITH silent AS (
        SELECT s.id FROM session s
         WHERE s.agent_id IS NOT NULL AND s.first_signal_at IS NULL AND s.no_signal_at IS NULL AND NOT s.is_terminated
           AND (SELECT v.display_status FROM session_status v WHERE v.session_id = s.id) = 'NO_SIGNAL'
         ORDER BY s.id
           FOR NO KEY UPDATE SKIP LOCKED
      )
      UPDATE session SET no_signal_at = now() FROM silent WHERE session.id = silent.id`,
  );
}
