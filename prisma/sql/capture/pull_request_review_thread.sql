-- pull_request_review_thread → PR_REVIEW_THREAD_ADDED, PR_REVIEW_THREAD_RESOLVED
CREATE OR REPLACE FUNCTION capture_pull_request_review_thread() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- Every push moves the threads. Only resolving a thread, or opening it again, is worth an event.
    IF NEW.is_resolved IS NOT DISTINCT FROM OLD.is_resolved THEN
      RETURN NULL;
    END IF;
    changed := array_remove(ARRAY[
      CASE WHEN NEW.created_at  IS DISTINCT FROM OLD.created_at  THEN 'createdAt' END,
      CASE WHEN NEW.is_bot      IS DISTINCT FROM OLD.is_bot      THEN 'isBot' END,
      CASE WHEN NEW.is_by_author IS DISTINCT FROM OLD.is_by_author THEN 'isByAuthor' END,
      CASE WHEN NEW.is_outdated IS DISTINCT FROM OLD.is_outdated THEN 'isOutdated' END,
      'isResolved',
      CASE WHEN NEW.line        IS DISTINCT FROM OLD.line        THEN 'line' END,
      CASE WHEN NEW.path        IS DISTINCT FROM OLD.path        THEN 'path' END
    ], NULL);
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE TG_OP WHEN 'INSERT' THEN 'PR_REVIEW_THREAD_ADDED' ELSE 'PR_REVIEW_THREAD_RESOLVED' END,
    'PullRequestReviewThread', NEW.id,
    NEW.id || (
      SELECT p.id || session_subjects(p.session_id, p.project_id) FROM pull_request p WHERE p.id = NEW.pull_request_id
    ),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('PullRequestReviewThread', NEW.id),
      'pullRequest', global_id('PullRequest', NEW.pull_request_id),
      'path', nullif(NEW.path, ''),
      'line', nullif(NEW.line, 0),
      'isResolved', NEW.is_resolved,
      'isBot', NEW.is_bot,
      'isOutdated', NEW.is_outdated,
      'isByAuthor', NEW.is_by_author,
      'createdAt', date_time(NEW.created_at),
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_pull_request_review_thread() FROM PUBLIC;

CREATE OR REPLACE TRIGGER pull_request_review_thread_capture AFTER INSERT OR UPDATE ON pull_request_review_thread
  FOR EACH ROW EXECUTE FUNCTION capture_pull_request_review_thread();

ALTER TABLE pull_request_review_thread ENABLE ALWAYS TRIGGER pull_request_review_thread_capture;
