-- pull_request_check → PR_CHECK_RECORDED
CREATE OR REPLACE FUNCTION capture_pull_request_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.commit_sha IS DISTINCT FROM OLD.commit_sha THEN 'commitSha' END,
      CASE WHEN NEW.completed_at IS DISTINCT FROM OLD.completed_at THEN 'completedAt' END,
      CASE WHEN NEW.conclusion IS DISTINCT FROM OLD.conclusion THEN 'conclusion' END,
      CASE WHEN NEW.created_at IS DISTINCT FROM OLD.created_at THEN 'createdAt' END,
      CASE WHEN NEW.is_required IS DISTINCT FROM OLD.is_required THEN 'isRequired' END,
      CASE WHEN NEW.name       IS DISTINCT FROM OLD.name       THEN 'name' END,
      CASE WHEN NEW.started_at IS DISTINCT FROM OLD.started_at THEN 'startedAt' END,
      CASE WHEN NEW.status     IS DISTINCT FROM OLD.status     THEN 'status' END,
      CASE WHEN NEW.url        IS DISTINCT FROM OLD.url        THEN 'url' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id, 'PR_CHECK_RECORDED', 'PullRequestCheck', NEW.id,
    NEW.id || (
      SELECT p.id || session_subjects(p.session_id, p.project_id) FROM pull_request p WHERE p.id = NEW.pull_request_id
    ),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('PullRequestCheck', NEW.id),
      'pullRequest', global_id('PullRequest', NEW.pull_request_id),
      'name', NEW.name,
      'commitSha', NEW.commit_sha,
      'status', NEW.status,
      'conclusion', nullif(NEW.conclusion, ''),
      'url', nullif(NEW.url, ''),
      'isRequired', NEW.is_required,
      'startedAt', date_time(NEW.started_at),
      'completedAt', date_time(NEW.completed_at),
      'createdAt', date_time(NEW.created_at),
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_pull_request_check() FROM PUBLIC;

CREATE OR REPLACE TRIGGER pull_request_check_capture AFTER INSERT OR UPDATE ON pull_request_check
  FOR EACH ROW EXECUTE FUNCTION capture_pull_request_check();

ALTER TABLE pull_request_check ENABLE ALWAYS TRIGGER pull_request_check_capture;
