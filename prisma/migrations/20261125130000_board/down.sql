DROP VIEW unresolved_reviewer;
DROP VIEW latest_review;
DROP VIEW failing_check;

DROP INDEX pull_request_review_list_idx;
DROP INDEX pull_request_review_thread_list_idx;
DROP INDEX pull_request_check_list_idx;

DROP INDEX pull_request_review_thread_open_idx;
CREATE INDEX pull_request_review_thread_open_idx ON pull_request_review_thread (pull_request_id)
  WHERE NOT is_resolved AND NOT is_bot;

DROP INDEX session_live_idx;

DROP VIEW session_status;
DROP TYPE session_display_status;

CREATE TYPE session_display_status AS ENUM (
  'WORKING', 'PR_OPEN', 'DRAFT', 'CI_FAILED', 'REVIEW_PENDING', 'CHANGES_REQUESTED', 'APPROVED', 'MERGEABLE',
  'MERGED', 'NEEDS_INPUT', 'EXITED', 'IDLE', 'TERMINATED'
);

CREATE VIEW session_status AS
SELECT
  s.id AS session_id,
  shown.display_status,
  scm.scm_status,
  CASE
    WHEN s.is_terminated THEN 'ARCHIVE'
    WHEN shown.display_status IN ('MERGED', 'APPROVED', 'MERGEABLE') THEN 'READY_TO_MERGE'
    WHEN shown.display_status IN ('NEEDS_INPUT', 'EXITED', 'CI_FAILED', 'CHANGES_REQUESTED') THEN 'NEEDS_YOU'
    WHEN shown.display_status IN ('REVIEW_PENDING', 'PR_OPEN', 'DRAFT') THEN 'IN_REVIEW'
    ELSE 'WORKING'
  END::session_lane AS lane
FROM session s
-- What the session's pull requests say together: of the open ones the worst, else MERGED if one was.
CROSS JOIN LATERAL (
  SELECT
    coalesce(
      -- A pull request stacked on an open sibling waits for it, and counts only when it is itself in trouble …
      (array_agg(pr.status ORDER BY pr.severity)
        FILTER (WHERE pr.is_open AND (NOT pr.is_stacked OR pr.status IN ('CI_FAILED', 'CHANGES_REQUESTED', 'DRAFT'))))[1],
      -- … unless every open one is stacked.
      (array_agg(pr.status ORDER BY pr.severity) FILTER (WHERE pr.is_open))[1],
      CASE WHEN bool_or(pr.state = 'MERGED') THEN 'MERGED'::session_display_status END
    ) AS scm_status,
    coalesce(bool_or(pr.state = 'MERGED'), false) AS has_merged
  FROM (
    SELECT
      p.state,
      p.state IN ('OPEN', 'DRAFT') AS is_open,
      EXISTS (
        SELECT FROM pull_request below
         WHERE below.session_id = p.session_id
           AND below.id <> p.id
           AND below.state IN ('OPEN', 'DRAFT')
           AND (below.host, below.repo_owner_key, below.repo_name_key) = (p.host, p.repo_owner_key, p.repo_name_key)
           AND below.source_branch = p.target_branch
           AND p.target_branch <> ''
      ) AS is_stacked,
      one.status,
      array_position(
        ARRAY['CI_FAILED', 'CHANGES_REQUESTED', 'DRAFT', 'REVIEW_PENDING', 'PR_OPEN', 'APPROVED', 'MERGEABLE']::session_display_status[],
        one.status
      ) AS severity
    FROM pull_request p
    -- One pull request by itself: the first rule that fits.
    CROSS JOIN LATERAL (
      SELECT CASE
        WHEN p.ci_state = 'FAILING' THEN 'CI_FAILED'
        WHEN p.state = 'DRAFT' THEN 'DRAFT'
        WHEN p.review_decision = 'CHANGES_REQUESTED' OR EXISTS (
          SELECT FROM pull_request_review_thread t
           WHERE t.pull_request_id = p.id AND NOT t.is_resolved AND NOT t.is_bot
        ) THEN 'CHANGES_REQUESTED'
        WHEN p.mergeability = 'MERGEABLE' THEN 'MERGEABLE'
        WHEN p.review_decision = 'APPROVED' THEN 'APPROVED'
        WHEN p.review_decision = 'REVIEW_REQUIRED' THEN 'REVIEW_PENDING'
        ELSE 'PR_OPEN'
      END::session_display_status AS status
    ) one
    WHERE p.organization_id = s.organization_id AND p.session_id = s.id
  ) pr
) scm
-- The session as a whole: the first rule that fits.
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN s.is_terminated AND scm.has_merged THEN 'MERGED'
    WHEN s.is_terminated THEN 'TERMINATED'
    WHEN s.activity_state = 'ACTIVE' THEN 'WORKING'
    WHEN s.activity_state = 'EXITED' THEN 'EXITED'
    WHEN s.activity_state IN ('WAITING_INPUT', 'BLOCKED') THEN 'NEEDS_INPUT'
    WHEN scm.scm_status IS NOT NULL THEN scm.scm_status::text
    ELSE 'IDLE'
  END::session_display_status AS display_status
) shown;

COMMENT ON VIEW session_status IS 'What people see of a session: derived from it and its pull requests, never stored.';
