-- Captures changes of what the views latest_review and unresolved_reviewer show. PR_UPDATED names `latestReviews` or
-- `unresolvedBy`.
--
-- Triggers on reviews, threads and comments note the pull request in standing_due. When the transaction commits, its own
-- PR_UPDATED of the pull request names the fields, or a new one does. A PR_CREATED says it already.
CREATE OR REPLACE FUNCTION tell_pull_request_summaries(reviewed uuid[], discussed uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  WITH due AS (
    SELECT noted.id, array_agg(noted.field ORDER BY noted.field) AS fields
      FROM (
        SELECT id, 'latestReviews' AS field FROM unnest(reviewed) AS id
         UNION ALL
        SELECT id, 'unresolvedBy' FROM unnest(discussed) AS id
      ) noted
     GROUP BY noted.id
  ), own_event AS (
    SELECT DISTINCT ON (o.entity_id) o.entity_id, o.id, o.type
      FROM change_outbox o
     WHERE o.xid = pg_current_xact_id() AND o.type IN ('PR_CREATED', 'PR_UPDATED')
     ORDER BY o.entity_id, o.id DESC
  ), named AS (
    UPDATE change_outbox o
       SET payload = jsonb_set(o.payload, '{changed}', (o.payload -> 'changed') - due.fields || to_jsonb(due.fields))
      FROM own_event JOIN due ON due.id = own_event.entity_id
     WHERE o.id = own_event.id AND own_event.type = 'PR_UPDATED'
  )
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload)
  SELECT p.organization_id, 'PR_UPDATED', 'PullRequest', p.id, p.id || session_subjects(p.session_id, p.project_id),
         jsonb_build_object('changed', due.fields, 'row', pull_request_image(p))
    FROM due
    JOIN pull_request p ON p.id = due.id
   WHERE NOT EXISTS (SELECT FROM own_event WHERE own_event.entity_id = p.id)
   ORDER BY p.id;
END
$$;

-- The reviews also have the page that unresolvedBy links to.
CREATE OR REPLACE FUNCTION note_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  of_pull_request CONSTANT uuid := coalesce(NEW.pull_request_id, OLD.pull_request_id);
BEGIN
  INSERT INTO standing_due (subject, subject_id)
  SELECT 'LATEST_REVIEWS'::standing_subject, of_pull_request
   WHERE NEW.state IN ('APPROVED', 'CHANGES_REQUESTED') OR OLD.state IN ('APPROVED', 'CHANGES_REQUESTED')
   UNION ALL
  SELECT 'UNRESOLVED_BY', of_pull_request
   WHERE EXISTS (SELECT FROM pull_request_review_thread t WHERE t.pull_request_id = of_pull_request AND NOT t.is_resolved)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION note_discussion() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO standing_due (subject, subject_id)
  VALUES ('UNRESOLVED_BY', coalesce(NEW.pull_request_id, OLD.pull_request_id)) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

-- Only triggers may call them: they write with the owner's rights.
REVOKE EXECUTE ON FUNCTION tell_pull_request_summaries(uuid[], uuid[]), note_review(), note_discussion() FROM PUBLIC;

CREATE OR REPLACE TRIGGER pull_request_review_added AFTER INSERT OR DELETE ON pull_request_review
  FOR EACH ROW EXECUTE FUNCTION note_review();
CREATE OR REPLACE TRIGGER pull_request_review_changed AFTER UPDATE ON pull_request_review
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION note_review();
CREATE OR REPLACE TRIGGER pull_request_review_thread_opened AFTER INSERT ON pull_request_review_thread
  FOR EACH ROW WHEN (NOT NEW.is_resolved) EXECUTE FUNCTION note_discussion();
CREATE OR REPLACE TRIGGER pull_request_review_thread_changed AFTER UPDATE ON pull_request_review_thread
  FOR EACH ROW WHEN (
    NOT (OLD.is_resolved AND NEW.is_resolved)
    AND (OLD.is_resolved, OLD.is_bot, OLD.is_by_author, OLD.is_outdated, OLD.path, OLD.line) IS DISTINCT FROM
        (NEW.is_resolved, NEW.is_bot, NEW.is_by_author, NEW.is_outdated, NEW.path, NEW.line)
  )
  EXECUTE FUNCTION note_discussion();
-- The first comment of a thread names its reviewer and its page. That of a new thread is noted with the thread.
CREATE OR REPLACE TRIGGER pull_request_review_comment_changed AFTER UPDATE ON pull_request_review_comment
  FOR EACH ROW WHEN (
    (OLD.thread_id, OLD.author, OLD.url, OLD.is_bot, OLD.position) IS DISTINCT FROM
    (NEW.thread_id, NEW.author, NEW.url, NEW.is_bot, NEW.position)
  )
  EXECUTE FUNCTION note_discussion();
CREATE OR REPLACE TRIGGER pull_request_review_comment_gone AFTER DELETE ON pull_request_review_comment
  FOR EACH ROW EXECUTE FUNCTION note_discussion();

ALTER TABLE pull_request_review
  ENABLE ALWAYS TRIGGER pull_request_review_added,
  ENABLE ALWAYS TRIGGER pull_request_review_changed;
ALTER TABLE pull_request_review_thread
  ENABLE ALWAYS TRIGGER pull_request_review_thread_opened,
  ENABLE ALWAYS TRIGGER pull_request_review_thread_changed;
ALTER TABLE pull_request_review_comment
  ENABLE ALWAYS TRIGGER pull_request_review_comment_changed,
  ENABLE ALWAYS TRIGGER pull_request_review_comment_gone;
