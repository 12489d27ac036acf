/** Marks sessions whose process has not been heard for too long. */
import type { Database } from '../../database/db.ts';
import { transactFor } from '../port/job.ts';

export const SILENCE_JOB = 'session.silence';

/**
 * Stamps every session that has become NO_SIGNAL, or has been for so long that its silence is severe. Returns how many
 * there were. The view `session_status` decides; the other conditions let an index find the candidates.
 */
export async function stampSilentSessions(db: Database): Promise<number> {
  return await transactFor(
    { name: SILENCE_JOB, db },
    // Locked in the order of their ids, as everywhere. A locked session is about to change and is skipped; the next run
    // looks at it again.
    (tx) => tx.$executeRaw`
      WITH silent AS (
        SELECT s.id, heard.ago > p.severely_silent_after_minutes * interval '1 min' AS is_severe
          FROM session s
          JOIN project p ON p.id = s.project_id
         CROSS JOIN LATERAL (
           SELECT now() - session_heard_at(s.last_heard_at, s.activity_last_at, s.first_signal_at) AS ago
         ) heard
         WHERE s.agent_id IS NOT NULL AND s.activity_state IN ('IDLE', 'ACTIVE') AND NOT s.is_terminated
           AND s.severe_silence_at IS NULL
           -- No limit is shorter.
           AND session_heard_at(s.last_heard_at, s.activity_last_at, s.first_signal_at) < now() - interval '1 min'
           AND (s.no_signal_at IS NULL OR heard.ago > p.severely_silent_after_minutes * interval '1 min')
           AND (SELECT v.display_status FROM session_status v WHERE v.session_id = s.id) = 'NO_SIGNAL'
         ORDER BY s.id
           FOR NO KEY UPDATE OF s SKIP LOCKED
      )
      UPDATE session
         SET no_signal_at = coalesce(no_signal_at, now()),
             severe_silence_at = CASE WHEN silent.is_severe THEN now() END
        FROM silent WHERE session.id = silent.id`,
  );
}
