-- Only approvals and requests for changes count: a comment after an approval does not withdraw it.
DROP VIEW IF EXISTS latest_review;
CREATE VIEW latest_review AS
SELECT DISTINCT ON (r.pull_request_id, r.author, r.is_bot)
  r.id, r.organization_id, r.pull_request_id, r.external_id, r.author, r.state, r.body, r.url, r.is_bot, r.submitted_at
FROM pull_request_review r
WHERE r.state IN ('APPROVED', 'CHANGES_REQUESTED')
ORDER BY r.pull_request_id, r.author, r.is_bot, r.submitted_at DESC, r.id DESC;

COMMENT ON VIEW latest_review IS 'The latest review of each reviewer of a pull request that approves or requests changes.';
