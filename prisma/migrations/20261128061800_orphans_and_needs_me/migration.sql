-- orphans and needs me

-- CreateEnum
CREATE TYPE "needs_me_reason" AS ENUM ('NEEDS_INPUT', 'EXITED', 'NO_SIGNAL', 'CI_FAILED', 'CONFLICTS', 'CHANGES_REQUESTED', 'AWAITING_APPROVAL', 'PULL_REQUEST_ORPHANED', 'AGENT_FAILED');

-- CreateEnum
CREATE TYPE "needs_me_subject" AS ENUM ('Session', 'PullRequest', 'Agent');

-- For the open pull requests that no live session holds: few rows among many.
CREATE INDEX session_standing_orphan_idx ON session_standing (organization_id, session_id)
  WHERE lane = 'ARCHIVE' AND scm_status <> 'MERGED';
CREATE INDEX pull_request_unheld_idx ON pull_request (organization_id, id) WHERE session_id IS NULL;
CREATE INDEX agent_failed_idx ON agent (organization_id, updated_at) WHERE status = 'ERROR';

-- >>> prisma/sql/view/needs_me.sql
-- The open pull requests that no live session holds: since the end of the session that holds it, or since the release. A
-- terminated session whose pull requests have a status other than MERGED holds an open one.
DROP VIEW IF EXISTS needs_me;
DROP VIEW IF EXISTS orphaned_pull_request;
CREATE VIEW orphaned_pull_request AS
SELECT p.id AS pull_request_id, p.organization_id, p.project_id, s.lane_since AS since
  FROM session_standing s
  JOIN pull_request p ON p.session_id = s.session_id AND p.organization_id = s.organization_id
 WHERE s.lane = 'ARCHIVE' AND s.scm_status <> 'MERGED' AND p.state IN ('DRAFT', 'OPEN')
UNION ALL
SELECT p.id, p.organization_id, p.project_id, coalesce(release.at, p.created_at)
  FROM pull_request p
  LEFT JOIN LATERAL (
    SELECT c.at FROM pull_request_claim c WHERE c.pull_request_id = p.id ORDER BY c.at DESC, c.id DESC LIMIT 1
  ) release ON true
 WHERE p.session_id IS NULL AND p.state IN ('DRAFT', 'OPEN');

COMMENT ON VIEW orphaned_pull_request IS 'The open pull requests that no live session holds, and since when.';

-- What waits for a person, each once. The reason of a session is its status.
CREATE VIEW needs_me AS
SELECT s.session_id AS id, s.organization_id, s.project_id, 'Session'::needs_me_subject AS subject,
       s.display_status::text::needs_me_reason AS reason, s.lane_since AS since
  FROM session_standing s WHERE s.lane = 'NEEDS_YOU'
UNION ALL
SELECT o.pull_request_id, o.organization_id, o.project_id, 'PullRequest', 'PULL_REQUEST_ORPHANED', o.since
  FROM orphaned_pull_request o
UNION ALL
SELECT a.id, a.organization_id, NULL, 'Agent', 'AGENT_FAILED', a.updated_at
  FROM agent a WHERE a.status = 'ERROR';

COMMENT ON VIEW needs_me IS 'What waits for a person: sessions, open pull requests that no live session holds, and failed agents.';
-- <<< prisma/sql/view/needs_me.sql
