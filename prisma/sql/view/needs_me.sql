-- The open pull requests that no live session holds: since the end of the session that holds them, or since the release.
--
-- Each part of the views is one table without a condition of its own, and the condition is a column that the view itself
-- tests. Only then does the planner merge the parts by their indexes, and read no more of each than a page needs. The
-- partial indexes have the same conditions.
DROP VIEW IF EXISTS needs_me;
DROP VIEW IF EXISTS orphaned_pull_request;
CREATE VIEW orphaned_pull_request AS
SELECT pull_request_id, organization_id, project_id, since
  FROM (
    SELECT a.pull_request_id, a.organization_id, a.project_id, a.since, true AS is_orphaned
      FROM abandoned_pull_request a
    UNION ALL
    SELECT p.id, p.organization_id, p.project_id, p.released_at, p.session_id IS NULL AND p.state IN ('DRAFT', 'OPEN')
      FROM pull_request p
  ) each
 WHERE is_orphaned;

COMMENT ON VIEW orphaned_pull_request IS 'The open pull requests that no live session holds, and since when.';

-- What waits for a person, each once. The reason of a session is its status.
CREATE VIEW needs_me AS
SELECT id, organization_id, project_id, begun_by_id, agent_id, subject, reason, since
  FROM (
    SELECT s.session_id AS id, s.organization_id, s.project_id, s.spawned_by_id AS begun_by_id, s.agent_id,
           'Session'::needs_me_subject AS subject, s.display_status::text::needs_me_reason AS reason, s.lane_since AS since,
           s.lane = 'NEEDS_YOU' AS waits
      FROM session_standing s
    UNION ALL
    SELECT a.pull_request_id, a.organization_id, a.project_id, a.spawned_by_id, a.agent_id,
           'PullRequest', 'PULL_REQUEST_ORPHANED', a.since, true
      FROM abandoned_pull_request a
    UNION ALL
    SELECT p.id, p.organization_id, p.project_id, p.spawned_by_id, p.agent_id,
           'PullRequest', 'PULL_REQUEST_ORPHANED', p.released_at, p.session_id IS NULL AND p.state IN ('DRAFT', 'OPEN')
      FROM pull_request p
    UNION ALL
    SELECT a.id, a.organization_id, NULL::uuid, a.hired_by_id, a.id,
           'Agent', 'AGENT_FAILED', a.failed_at, a.status = 'ERROR'
      FROM agent a
  ) each
 WHERE waits;

COMMENT ON VIEW needs_me IS 'What waits for a person: sessions, open pull requests that no live session holds, and failed agents.';
