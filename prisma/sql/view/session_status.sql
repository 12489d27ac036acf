-- What a board shows of a session: its status, its lane, how urgent it is, and when time alone will change the status.
-- Derived here and nowhere else, so that it can be sorted and filtered in SQL, and cannot disagree with the facts.
DROP VIEW IF EXISTS session_status;
CREATE VIEW session_status AS
SELECT
  s.id AS session_id,
  s.organization_id,
  s.project_id,
  s.agent_id,
  s.is_terminated,
  s.created_at,
  s.updated_at,
  s.activity_last_at,
  CASE
    WHEN NOT s.is_terminated THEN living.status
    WHEN (SELECT bool_or(p.state = 'MERGED') FROM pull_request p WHERE p.session_id = s.id) THEN 'MERGED'
    ELSE 'TERMINATED'
  END AS display_status,
  scm.scm_status,
  CASE
    WHEN s.is_terminated THEN 'ARCHIVE'
    WHEN living.status IN ('NEEDS_INPUT', 'EXITED', 'NO_SIGNAL', 'CI_FAILED', 'CHANGES_REQUESTED') THEN 'NEEDS_YOU'
    WHEN living.status IN ('MERGEABLE', 'APPROVED', 'MERGED') THEN 'READY_TO_MERGE'
    WHEN living.status IN ('REVIEW_PENDING', 'PR_OPEN', 'DRAFT') THEN 'IN_REVIEW'
    ELSE 'WORKING'
  END::session_lane AS lane,
  -- From 1: waits for a person, a person can finish it, waits for others, goes on by itself, is over.
  CASE
    WHEN s.is_terminated THEN 14
    ELSE array_position(
      ARRAY[
        'NEEDS_INPUT', 'EXITED', 'NO_SIGNAL', 'CI_FAILED', 'CHANGES_REQUESTED',
        'MERGEABLE', 'APPROVED', 'MERGED',
        'REVIEW_PENDING', 'PR_OPEN', 'DRAFT',
        'IDLE', 'WORKING'
      ]::session_display_status[],
      living.status
    )
  END AS urgency,
  CASE
    WHEN silence.is_possible AND NOT silence.is_certain AND scm.scm_status IS NULL THEN silence.begins_after
  END::timestamptz(3) AS status_changes_at
FROM session s
-- What its pull requests say together: the worst of the open ones, else MERGED if one was merged.
CROSS JOIN LATERAL (
  SELECT (
    WITH pr AS MATERIALIZED (
      -- A single pull request: the first rule that fits. A closed one says nothing.
      SELECT
        p.id, p.host, p.repo_owner_key, p.repo_name_key, p.source_branch, p.target_branch,
        CASE
          WHEN p.state = 'MERGED' THEN 'MERGED'
          WHEN p.state = 'CLOSED' THEN NULL
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
      FROM pull_request p
      WHERE p.session_id = s.id
    )
    SELECT coalesce(
      -- A pull request stacked on another open one waits for it, and counts only when it is itself in trouble …
      min(pr.status) FILTER (
        WHERE pr.status IN ('CI_FAILED', 'CHANGES_REQUESTED', 'DRAFT')
           OR pr.status < 'MERGED' AND NOT EXISTS (
              SELECT FROM pr below
               WHERE below.status < 'MERGED'
                 AND below.id <> pr.id
                 AND below.source_branch = pr.target_branch
                 AND (below.host, below.repo_owner_key, below.repo_name_key) = (pr.host, pr.repo_owner_key, pr.repo_name_key)
                 AND pr.target_branch <> ''
           )
      ),
      -- … unless no other one is open.
      min(pr.status)
    )
    FROM pr
  ) AS scm_status
) scm
-- A session with an agent can signal, and is silent when it has not for more than 90 seconds; to the millisecond, as the
-- columns are.
CROSS JOIN LATERAL (
  SELECT
    s.agent_id IS NOT NULL AND s.first_signal_at IS NULL AND s.activity_state = 'IDLE' AND NOT s.is_terminated AS is_possible,
    s.activity_last_at + interval '90 s' AS begins_after,
    date_trunc('milliseconds', now()) > s.activity_last_at + interval '90 s' AS is_certain
) silence
-- A session that has not ended: the first rule that fits.
CROSS JOIN LATERAL (
  SELECT
    CASE
      WHEN s.is_terminated THEN NULL
      WHEN s.activity_state = 'ACTIVE' THEN 'WORKING'
      WHEN s.activity_state = 'EXITED' THEN 'EXITED'
      WHEN s.activity_state IN ('WAITING_INPUT', 'BLOCKED') THEN 'NEEDS_INPUT'
      ELSE coalesce(
        scm.scm_status::text,
        CASE WHEN silence.is_possible AND silence.is_certain THEN 'NO_SIGNAL' ELSE 'IDLE' END
      )
    END::session_display_status AS status
  -- Without this the planner would copy the expression to wherever it is used, and evaluate each copy.
  OFFSET 0
) living;

COMMENT ON VIEW session_status IS 'What people see of a session: derived from it and its pull requests, never stored.';
