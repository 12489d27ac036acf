-- author collation

-- Lists filter by the author. A text in an index has the collation "C", whatever that of the database is. The view reads
-- the column, so it is dropped and made again.
DROP VIEW unresolved_reviewer;
ALTER TABLE "pull_request" ALTER COLUMN "author" SET DATA TYPE TEXT COLLATE "C";

-- >>> prisma/sql/view/unresolved_reviewer.sql
-- A thread counts for the person who opened it; when a bot did, for the first person who wrote in it, and for the bot while
-- there is none. Threads that the author of the pull request opened ask nothing. The texts of comments stay private.
DROP VIEW IF EXISTS unresolved_reviewer;
CREATE VIEW unresolved_reviewer AS
SELECT
  t.pull_request_id,
  t.reviewer,
  t.is_bot,
  (count(*) FILTER (WHERE NOT t.is_outdated))::integer AS count,
  (count(*) FILTER (WHERE t.is_outdated))::integer AS outdated_count,
  (
    SELECT nullif(r.url, '') FROM pull_request_review r
     WHERE (r.pull_request_id, r.author, r.is_bot) = (t.pull_request_id, t.reviewer, t.is_bot)
     ORDER BY r.submitted_at DESC, r.id DESC
     LIMIT 1
  ) AS review_url,
  to_jsonb((
    array_agg(jsonb_build_object('url', t.url, 'file', t.path, 'line', t.line) ORDER BY t.is_outdated, t.created_at, t.id)
  )[1:10]) AS links
FROM (
  SELECT
    t.id, t.pull_request_id, t.is_bot, t.is_outdated, t.path, t.line, t.created_at,
    -- GitHub shows a deleted account as `ghost`.
    coalesce(opening.author, 'ghost') AS reviewer,
    coalesce(opening.url, '') AS url
  FROM pull_request_review_thread t
  JOIN pull_request p ON p.id = t.pull_request_id
  LEFT JOIN LATERAL (
    SELECT c.author, c.url FROM pull_request_review_comment c
     WHERE c.thread_id = t.id
     ORDER BY c.is_bot <> t.is_bot OR c.author = p.author, c.position, c.created_at, c.id
     LIMIT 1
  ) opening ON true
  WHERE NOT t.is_resolved AND NOT t.is_by_author
) t
GROUP BY t.pull_request_id, t.reviewer, t.is_bot;

COMMENT ON VIEW unresolved_reviewer IS 'The authors of unresolved review threads of each pull request, with links to the threads.';
-- <<< prisma/sql/view/unresolved_reviewer.sql
