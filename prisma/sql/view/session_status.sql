-- The status, lane and urgency of each session, and the time at which the status changes without a write. Only this view
-- derives them. The table session_standing keeps them (capture/session_standing.sql).
DROP VIEW IF EXISTS session_status;
CREATE VIEW session_status AS
SELECT
  s.id AS session_id,
  CASE
    WHEN NOT s.is_terminated THEN living.status
    WHEN (SELECT bool_or(p.state = 'MERGED') FROM pull_request p WHERE p.session_id = s.id) THEN 'MERGED'
    ELSE 'TERMINATED'
  END AS display_status,
  scm.scm_status,
  CASE
    WHEN s.is_terminated THEN 'ARCHIVE'
    WHEN living.status IN ('NEEDS_INPUT', 'EXITED', 'NO_SIGNAL', 'CI_FAILED', 'CONFLICTS', 'CHANGES_REQUESTED', 'AWAITING_APPROVAL')
      THEN 'NEEDS_YOU'
    WHEN living.status IN ('MERGEABLE', 'MERGED') THEN 'READY_TO_MERGE'
    WHEN living.status IN ('REVIEW_PENDING', 'PR_OPEN', 'DRAFT', 'APPROVED', 'QUEUED') THEN 'IN_REVIEW'
    ELSE 'WORKING'
  END::session_lane AS lane,
  -- The lines are: the session waits for a person, a person can finish it, it waits for others, it continues by itself.
  -- Terminated sessions come last.
  CASE
    WHEN s.is_terminated THEN 17
    ELSE array_position(
      ARRAY[
        'NEEDS_INPUT', 'EXITED', 'NO_SIGNAL', 'CI_FAILED', 'CONFLICTS', 'CHANGES_REQUESTED', 'AWAITING_APPROVAL',
        'MERGEABLE', 'MERGED',
        'REVIEW_PENDING', 'PR_OPEN', 'DRAFT', 'APPROVED', 'QUEUED',
        'IDLE', 'WORKING'
      ]::session_display_status[],
      living.status
    )
  END AS urgency,
  CASE
    WHEN silence.is_possible AND NOT silence.is_certain AND (s.activity_state = 'ACTIVE' OR scm.scm_status IS NULL)
      THEN silence.begins_after
  END::timestamptz(3) AS status_changes_at
FROM session s
-- The status that the pull requests give the session: the worst status of the open ones. Without an open one, MERGED if
-- one was merged.
CROSS JOIN LATERAL (
  SELECT (
    WITH pr AS MATERIALIZED (
      -- The status of one pull request, by the first rule that applies. A closed one has no status.
      SELECT
        p.id, p.host, p.repo_owner_key, p.repo_name_key, p.source_branch, p.target_branch, p.is_cross_repository,
        CASE
          WHEN p.state = 'MERGED' THEN 'MERGED'
          WHEN p.state = 'CLOSED' THEN NULL
          -- Where the host says which checks are required, only those decide.
          WHEN coalesce(p.required_ci_state, p.ci_state) = 'FAILING' THEN 'CI_FAILED'
          WHEN p.mergeability = 'CONFLICTING' THEN 'CONFLICTS'
          WHEN p.state = 'DRAFT' AND NOT p.awaits_approval THEN 'DRAFT'
          WHEN p.review_decision = 'CHANGES_REQUESTED' OR EXISTS (
            SELECT FROM pull_request_review_thread t
             WHERE t.pull_request_id = p.id AND NOT t.is_resolved AND NOT t.is_bot AND NOT t.is_by_author
               -- The host would merge an approved pull request in spite of threads about lines that have changed since.
               AND NOT (t.is_outdated AND p.mergeability = 'MERGEABLE' AND p.review_decision = 'APPROVED')
          ) THEN 'CHANGES_REQUESTED'
          WHEN p.awaits_approval THEN 'AWAITING_APPROVAL'
          WHEN p.is_in_merge_queue THEN 'QUEUED'
          -- The host would merge it now. UNSTABLE means that a check did not pass: it may be one that still runs, unless
          -- all that count are known to have passed.
          WHEN p.mergeability = 'MERGEABLE' THEN 'MERGEABLE'
          WHEN p.mergeability = 'UNSTABLE' AND coalesce(p.required_ci_state, p.ci_state) = 'PASSING' THEN 'MERGEABLE'
          WHEN p.review_decision = 'APPROVED' THEN 'APPROVED'
          WHEN p.review_decision = 'REVIEW_REQUIRED' THEN 'REVIEW_PENDING'
          ELSE 'PR_OPEN'
        END::session_display_status AS status
      FROM pull_request p
      WHERE p.session_id = s.id
    )
    SELECT coalesce(
      -- A pull request that is stacked on another open one counts only when it needs work itself.
      min(pr.status) FILTER (
        WHERE pr.status IN ('CI_FAILED', 'CONFLICTS', 'CHANGES_REQUESTED', 'AWAITING_APPROVAL', 'DRAFT')
           OR pr.status < 'MERGED' AND NOT EXISTS (
              SELECT FROM pr below
               WHERE below.status < 'MERGED'
                 AND below.id <> pr.id
                 AND below.source_branch = pr.target_branch
                 AND (below.host, below.repo_owner_key, below.repo_name_key) = (pr.host, pr.repo_owner_key, pr.repo_name_key)
                 AND pr.target_branch <> ''
                 -- The branch of a fork has the name of a branch here, but is another one.
                 AND NOT below.is_cross_repository
           )
      ),
      -- When no pull request counts, all of them do.
      min(pr.status)
    )
    FROM pr
  ) AS scm_status
  -- Without OFFSET 0, the planner would evaluate it once for each place that uses it.
  OFFSET 0
) scm
-- A session with an agent that works or waits for work is silent when its process has not reported for longer than its
-- project allows, or has not reported at all for more than 90 seconds since the launch. The comparison is exact to the
-- millisecond, as the columns are.
CROSS JOIN LATERAL (
  SELECT
    possible AS is_possible,
    heard.at + heard.may_pause AS begins_after,
    date_trunc('milliseconds', now()) > heard.at + heard.may_pause AS is_certain
  FROM (
    SELECT
      s.agent_id IS NOT NULL AND s.activity_state IN ('IDLE', 'ACTIVE') AND NOT s.is_terminated AS possible,
      session_heard_at(s.last_heard_at, s.activity_last_at, s.first_signal_at) AS at,
      CASE
        WHEN s.first_signal_at IS NULL AND s.last_heard_at IS NULL AND s.activity_state = 'IDLE' THEN interval '90 s'
        ELSE (SELECT p.silent_after_minutes FROM project p WHERE p.id = s.project_id) * interval '1 min'
      END AS may_pause
  ) heard
) silence
-- The status of a session that is not terminated, by the first rule that applies.
CROSS JOIN LATERAL (
  SELECT
    CASE
      WHEN s.is_terminated THEN NULL
      WHEN s.activity_state = 'ACTIVE' THEN CASE WHEN silence.is_possible AND silence.is_certain THEN 'NO_SIGNAL' ELSE 'WORKING' END
      WHEN s.activity_state = 'EXITED' THEN 'EXITED'
      WHEN s.activity_state IN ('WAITING_INPUT', 'BLOCKED') THEN 'NEEDS_INPUT'
      ELSE coalesce(
        scm.scm_status::text,
        CASE WHEN silence.is_possible AND silence.is_certain THEN 'NO_SIGNAL' ELSE 'IDLE' END
      )
    END::session_display_status AS status
  -- Without OFFSET 0, the planner would copy the expression to each place that uses it, and evaluate every copy.
  OFFSET 0
) living;

COMMENT ON VIEW session_status IS 'The displayed status of each session, derived from the session and its pull requests.';
