-- What the sessions of an execution workspace and their pull requests say about closing it. Only this view derives it:
-- the API, the close and the sweeper read the same.
DROP VIEW IF EXISTS execution_workspace_fact;
CREATE VIEW execution_workspace_fact AS
SELECT
  w.id AS execution_workspace_id,
  s.has_live_session,
  CASE WHEN NOT s.has_live_session THEN s.last_active_at END::timestamptz(3) AS ended_at,
  p.has_open_pull_request,
  p.has_unmerged_pull_request,
  (
    SELECT m.head_sha FROM pull_request m JOIN session ms ON ms.id = m.session_id
     WHERE ms.execution_workspace_id = w.id AND m.state = 'MERGED'
       AND (w.branch IS NULL OR m.source_branch = w.branch)
     ORDER BY m.merged_at DESC NULLS LAST, m.id DESC LIMIT 1
  ) AS merged_head_sha
FROM execution_workspace w
CROSS JOIN LATERAL (
  SELECT coalesce(bool_or(NOT s.is_terminated), false) AS has_live_session, max(s.activity_last_at) AS last_active_at
    FROM session s WHERE s.execution_workspace_id = w.id
) s
CROSS JOIN LATERAL (
  SELECT
    coalesce(bool_or(b.has_open), false) AS has_open_pull_request,
    -- A closed pull request whose branch was merged by another one is no loss.
    coalesce(bool_or(b.has_closed AND NOT b.has_merged), false) AS has_unmerged_pull_request
  FROM (
    SELECT
      bool_or(p.state IN ('DRAFT', 'OPEN')) AS has_open,
      bool_or(p.state = 'CLOSED') AS has_closed,
      bool_or(p.state = 'MERGED') AS has_merged
    FROM pull_request p JOIN session s ON s.id = p.session_id
    WHERE s.execution_workspace_id = w.id
    GROUP BY p.host, p.repo_owner_key, p.repo_name_key, p.source_branch
  ) b
) p;
