DROP VIEW IF EXISTS failing_check;
CREATE VIEW failing_check AS
SELECT
  c.id, c.organization_id, p.id AS pull_request_id, c.name, c.commit_sha, c.status, c.conclusion, c.url, c.is_required, c.external_id,
  c.started_at, c.completed_at, c.created_at, c.updated_at
FROM pull_request p
JOIN pull_request_check c
  ON (c.organization_id, c.pull_request_id, c.commit_sha) = (p.organization_id, p.id, p.head_sha)
WHERE p.state IN ('OPEN', 'DRAFT') AND p.ci_state = 'FAILING' AND c.status IN ('FAILED', 'CANCELLED');

COMMENT ON VIEW failing_check IS 'The checks of the head commit that failed or were cancelled, for open pull requests whose CI fails.';
