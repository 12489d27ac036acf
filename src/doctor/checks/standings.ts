import { type Check, counted, failure, ok } from '../check.ts';

/*
 * Only the job notes that a session has become silent: until it has, the standing is that of before. A standing without a
 * session is left behind when a replica, whose foreign keys do not act, deletes a session.
 */
export const WRONG_STANDINGS = `
  SELECT coalesce(s.id, k.session_id) AS session_id, s.id IS NULL AS is_orphan
    FROM session s
    JOIN session_status rule ON rule.session_id = s.id
    FULL JOIN session_standing k ON k.session_id = s.id
   WHERE (s.organization_id, s.project_id, s.agent_id, s.kind, s.created_at, rule.scm_status)
         IS DISTINCT FROM (k.organization_id, k.project_id, k.agent_id, k.kind, k.created_at, k.scm_status)
      OR (rule.display_status, rule.lane, rule.urgency) IS DISTINCT FROM (k.display_status, k.lane, k.urgency)
     AND NOT (rule.display_status = 'NO_SIGNAL' AND s.no_signal_at IS NULL AND k.display_status IN ('IDLE', 'WORKING'))`;

/** The kept standing of every session is the one that the view session_status derives. */
export const standingsCheck: Check = {
  name: 'standings',
  needs: 'tables',
  async examine({ pool }) {
    const { rows } = await pool.query<{ sessions: string }>(
      `SELECT count(*) AS sessions FROM (${WRONG_STANDINGS}) wrong`,
    );
    const wrong = Number(rows[0]?.sessions);
    if (wrong === 0) return ok('The status of every session follows from the facts.');
    return failure(
      `${counted(wrong, 'session')} shown with another status than the facts say.`,
      'Derive it again: muster doctor --repair',
      { sessions: wrong },
    );
  },
  /** The feed tells every status that changes. */
  async repair({ pool }) {
    const { rows } = await pool.query<{ sessions: string }>(
      `WITH wrong AS MATERIALIZED (${WRONG_STANDINGS}), gone AS (
         DELETE FROM session_standing k USING wrong WHERE wrong.is_orphan AND k.session_id = wrong.session_id
       ), begun AS (
         SELECT begin_standing(s) FROM wrong JOIN session s ON s.id = wrong.session_id
          WHERE NOT EXISTS (SELECT FROM session_standing k WHERE k.session_id = s.id)
       ), due AS (
         INSERT INTO standing_due (subject, subject_id) SELECT 'SESSION', session_id FROM wrong WHERE NOT is_orphan
       )
       SELECT (SELECT count(*) FROM wrong) AS sessions, (SELECT count(*) FROM begun)`,
    );
    return `Derived the status of ${counted(Number(rows[0]?.sessions), 'session')} again.`;
  },
};
