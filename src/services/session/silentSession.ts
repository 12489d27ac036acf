/** Sessions that nothing was ever heard of: whoever watches a board is to know that nobody may be there. */
import type { Database } from '../../db.ts';
import { transactFor } from '../port/job.ts';

export const SILENCE_JOB = 'session.silence';

/**
 * Notes on every session that has passed to NO_SIGNAL that it has, and answers how many they were. (When that is, says
 * the view of statuses; what stands beside it is what an index knows of those that may have.)
 */
export async function stampSilentSessions(db: Database): Promise<number> {
  return await transactFor(
    { name: SILENCE_JOB, db },
    // Locked in the order in which everybody locks sessions. Whoever holds one is about to change it: it is looked at
    // again in a moment.
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
