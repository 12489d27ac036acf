/** Sessions that nothing was ever heard of: whoever watches a board is to know that nobody may be there. */
import type { Database } from '../db.ts';
import { transactFor } from './job.ts';

export const SILENCE_JOB = 'session.silence';

/** How long a new session may be without a signal before that says something, in seconds. */
const SILENCE_SECONDS = 90;

/**
 * Notes on every session that its agent has not yet told anything of that it is silent, and answers how many they were.
 * Only while nothing else speaks for it: a pull request that says something does.
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
           AND s.activity_state = 'IDLE'
           AND s.activity_last_at < now() - make_interval(secs => ${SILENCE_SECONDS})
           AND (SELECT v.scm_status FROM session_status v WHERE v.session_id = s.id) IS NULL
         ORDER BY s.id
           FOR NO KEY UPDATE SKIP LOCKED
      )
      UPDATE session SET no_signal_at = now() FROM silent WHERE session.id = silent.id`,
  );
}
