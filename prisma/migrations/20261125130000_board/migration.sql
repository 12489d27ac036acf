-- What a board shows: the status of each session, its lane, how urgent it is and when time alone will change it; and of
-- each pull request what stands in its way. Derived here and nowhere else.

-- ── The status of sessions ─────────────────────────────────────────────────────────────────────────────────────────

DROP VIEW session_status;
DROP TYPE session_display_status;

-- In the order of how bad it is: of several pull requests the first one counts.
CREATE TYPE session_display_status AS ENUM (
  'NEEDS_INPUT', 'EXITED', 'NO_SIGNAL',
  'CI_FAILED', 'CHANGES_REQUESTED', 'DRAFT', 'REVIEW_PENDING', 'PR_OPEN', 'APPROVED', 'MERGEABLE', 'MERGED',
  'IDLE', 'WORKING', 'TERMINATED'
);

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
  -- From 1: who waits for a person, what a person can finish, what waits for others, what goes on by itself, what is over.
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
-- What its pull requests say together: of the open ones the worst, else MERGED if one was.
CROSS JOIN LATERAL (
  SELECT (
    WITH pr AS MATERIALIZED (
      -- One by itself: the first rule that fits. A closed one says nothing.
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
      -- One that is stacked on another open one waits for it, and counts only when it is itself in trouble …
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
      -- … unless no other is open.
      min(pr.status)
    )
    FROM pr
  ) AS scm_status
) scm
-- Who has an agent can signal, and is silent when it has not for more than 90 seconds; to the millisecond, as the columns are.
CROSS JOIN LATERAL (
  SELECT
    s.agent_id IS NOT NULL AND s.first_signal_at IS NULL AND s.activity_state = 'IDLE' AND NOT s.is_terminated AS is_possible,
    s.activity_last_at + interval '90 s' AS begins_after,
    date_trunc('milliseconds', now()) > s.activity_last_at + interval '90 s' AS is_certain
) silence
-- One that lives: the first rule that fits.
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
  -- Without this the planner would write it out wherever it is referred to, and each time it would be worked out anew.
  OFFSET 0
) living;

COMMENT ON VIEW session_status IS 'What people see of a session: derived from it and its pull requests, never stored.';

-- Those that a board shows first, however many have ended.
CREATE INDEX session_live_idx ON session (organization_id, created_at DESC, id DESC) WHERE NOT is_terminated;

-- Threads of bots ask nothing of a session, but are shown: so both are found by it, and told apart.
DROP INDEX pull_request_review_thread_open_idx;
CREATE INDEX pull_request_review_thread_open_idx ON pull_request_review_thread (pull_request_id, is_bot)
  WHERE NOT is_resolved;

-- Lists of what hangs on pull requests, of many at once.
CREATE INDEX pull_request_check_list_idx ON pull_request_check (pull_request_id, created_at DESC, id DESC);
CREATE INDEX pull_request_review_thread_list_idx ON pull_request_review_thread (pull_request_id, created_at DESC, id DESC);
CREATE INDEX pull_request_review_list_idx ON pull_request_review (pull_request_id, submitted_at DESC, id DESC);

-- ── What stands in a pull request's way ────────────────────────────────────────────────────────────────────────────

CREATE VIEW failing_check AS
SELECT
  c.id, c.organization_id, p.id AS pull_request_id, c.name, c.commit_sha, c.status, c.conclusion, c.url, c.external_id,
  c.created_at, c.updated_at
FROM pull_request p
JOIN pull_request_check c
  ON (c.organization_id, c.pull_request_id, c.commit_sha) = (p.organization_id, p.id, p.head_sha)
WHERE p.state IN ('OPEN', 'DRAFT') AND p.ci_state = 'FAILING' AND c.status IN ('FAILED', 'CANCELLED');

COMMENT ON VIEW failing_check IS 'The checks of the head commit that did not pass, of an open pull request whose CI fails.';

-- Only verdicts count: a comment after an approval takes nothing back.
CREATE VIEW latest_review AS
SELECT DISTINCT ON (r.pull_request_id, r.author, r.is_bot) r.*
FROM pull_request_review r
WHERE r.state IN ('APPROVED', 'CHANGES_REQUESTED')
ORDER BY r.pull_request_id, r.author, r.is_bot, r.submitted_at DESC, r.id DESC;

COMMENT ON VIEW latest_review IS 'Of each reviewer of a pull request the latest review that decided something.';

-- A thread is that of whom it was opened by. What was said in it stays where it is.
CREATE VIEW unresolved_reviewer AS
SELECT
  t.pull_request_id,
  t.reviewer,
  t.is_bot,
  count(*)::integer AS count,
  (
    SELECT nullif(r.url, '') FROM pull_request_review r
     WHERE (r.pull_request_id, r.author, r.is_bot) = (t.pull_request_id, t.reviewer, t.is_bot)
     ORDER BY r.submitted_at DESC, r.id DESC
     LIMIT 1
  ) AS review_url,
  to_jsonb((
    array_agg(jsonb_build_object('url', t.url, 'file', t.path, 'line', t.line) ORDER BY t.created_at, t.id)
  )[1:10]) AS links
FROM (
  SELECT
    t.id, t.pull_request_id, t.is_bot, t.path, t.line, t.created_at,
    -- As GitHub shows those whose account is gone.
    coalesce(opening.author, 'ghost') AS reviewer,
    coalesce(opening.url, '') AS url
  FROM pull_request_review_thread t
  LEFT JOIN LATERAL (
    SELECT c.author, c.url FROM pull_request_review_comment c
     WHERE c.thread_id = t.id
     ORDER BY c.created_at, c.id
     LIMIT 1
  ) opening ON true
  WHERE NOT t.is_resolved
) t
GROUP BY t.pull_request_id, t.reviewer, t.is_bot;

COMMENT ON VIEW unresolved_reviewer IS 'Who opened review threads of a pull request that are not resolved, and where.';
