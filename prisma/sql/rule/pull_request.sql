CREATE OR REPLACE TRIGGER pull_request_touch BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER pull_request_stays BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id) IS DISTINCT FROM (NEW.id, NEW.organization_id))
  EXECUTE FUNCTION refuse('a pull request stays in its organization');

CREATE OR REPLACE TRIGGER pull_request_is_kept BEFORE DELETE OR TRUNCATE ON pull_request
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('pull requests are kept');

-- The project follows the session, and so do the user that spawned it and its agent. After a release they stay, so that the
-- pull request is still found there.
CREATE OR REPLACE FUNCTION place_pull_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  NEW.released_at := NULL;
  SELECT s.project_id, s.spawned_by_id, s.agent_id INTO NEW.project_id, NEW.spawned_by_id, NEW.agent_id
    FROM session s WHERE s.id = NEW.session_id;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER pull_request_insert_project BEFORE INSERT ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION place_pull_request();
CREATE OR REPLACE TRIGGER pull_request_update_project BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN (
    NEW.session_id IS NOT NULL
    AND (OLD.session_id, OLD.project_id, OLD.spawned_by_id, OLD.agent_id) IS DISTINCT FROM
        (NEW.session_id, NEW.project_id, NEW.spawned_by_id, NEW.agent_id)
  )
  EXECUTE FUNCTION place_pull_request();

CREATE OR REPLACE FUNCTION record_pull_request_release() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.released_at := pg_catalog.now();
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER pull_request_insert_release BEFORE INSERT ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NULL) EXECUTE FUNCTION record_pull_request_release();
CREATE OR REPLACE TRIGGER pull_request_update_release BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NULL AND OLD.session_id IS NOT NULL) EXECUTE FUNCTION record_pull_request_release();

-- What is over has nothing in its way: whether a merged or closed pull request could be merged is no question any more.
CREATE OR REPLACE FUNCTION clear_merge_obstacles() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.mergeability := 'UNKNOWN';
  NEW.awaits_approval := false;
  NEW.is_in_merge_queue := false;
  NEW.merge_queue_position := NULL;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER pull_request_is_over BEFORE INSERT OR UPDATE ON pull_request
  FOR EACH ROW WHEN (NEW.state IN ('MERGED', 'CLOSED')) EXECUTE FUNCTION clear_merge_obstacles();

-- The reasons for which a pull request cannot be merged as it is, in the order in which the API returns them. The trigger
-- fires after pull_request_is_over: a pull request that is over has none.
CREATE OR REPLACE FUNCTION keep_mergeability_reasons() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.state IN ('MERGED', 'CLOSED') OR NEW.mergeability IN ('MERGEABLE', 'UNKNOWN') THEN
    NEW.mergeability_reasons := '{}';
    RETURN NEW;
  END IF;
  NEW.mergeability_reasons := array_remove(ARRAY[
    CASE WHEN NEW.mergeability = 'CONFLICTING'            THEN 'CONFLICTS' END,
    CASE WHEN NEW.merge_state_status = 'BEHIND'           THEN 'BEHIND_BASE' END,
    CASE WHEN NEW.is_draft                                THEN 'DRAFT' END,
    CASE WHEN NEW.ci_state = 'FAILING'                    THEN 'CI_FAILING' END,
    CASE WHEN NEW.review_decision = 'CHANGES_REQUESTED'   THEN 'CHANGES_REQUESTED' END,
    CASE WHEN NEW.review_decision = 'REVIEW_REQUIRED'     THEN 'REVIEW_REQUIRED' END
  ]::mergeability_reason[], NULL);
  IF NEW.mergeability_reasons = '{}' AND NEW.mergeability = 'BLOCKED' THEN
    NEW.mergeability_reasons := '{BLOCKED_BY_PROVIDER}';
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER pull_request_reasons BEFORE INSERT OR UPDATE ON pull_request
  FOR EACH ROW EXECUTE FUNCTION keep_mergeability_reasons();

-- Only a WORKER session in a project with a repository holds pull requests. The rule is checked when a session gets a
-- pull request, and when a session or project that has pull requests changes its kind. The check locks the session, so
-- that its kind cannot change at the same time.
CREATE OR REPLACE FUNCTION keep_pull_requests_with_workers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  is_held boolean;
BEGIN
  CASE TG_TABLE_NAME
    WHEN 'pull_request' THEN
      PERFORM FROM session s WHERE s.id = NEW.session_id FOR SHARE;
      is_held := EXISTS (
        SELECT FROM session s JOIN project p ON p.id = s.project_id
         WHERE s.id = NEW.session_id AND (s.kind = 'ORCHESTRATOR' OR p.kind = 'SCRATCH')
      );
    WHEN 'session' THEN
      is_held := EXISTS (SELECT FROM pull_request r WHERE r.session_id = NEW.id);
    WHEN 'project' THEN
      is_held := EXISTS (SELECT FROM pull_request r JOIN session s ON s.id = r.session_id WHERE s.project_id = NEW.id);
  END CASE;
  IF is_held THEN
    RAISE EXCEPTION 'An orchestrator, or a session of a scratch project, holds no pull requests.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'pull_request_holder_check', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER pull_request_insert_holder_check AFTER INSERT ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION keep_pull_requests_with_workers();
CREATE OR REPLACE TRIGGER pull_request_update_holder_check AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL AND OLD.session_id IS DISTINCT FROM NEW.session_id)
  EXECUTE FUNCTION keep_pull_requests_with_workers();
CREATE OR REPLACE TRIGGER session_holder_check AFTER UPDATE ON session
  FOR EACH ROW WHEN (NEW.kind = 'ORCHESTRATOR' AND OLD.kind <> 'ORCHESTRATOR')
  EXECUTE FUNCTION keep_pull_requests_with_workers();
CREATE OR REPLACE TRIGGER project_holder_check AFTER UPDATE ON project
  FOR EACH ROW WHEN (NEW.kind = 'SCRATCH' AND OLD.kind <> 'SCRATCH')
  EXECUTE FUNCTION keep_pull_requests_with_workers();

-- Terminates a session whose merge policy asks for it, once none of its pull requests is open and at least one was
-- merged. The transaction that records the merge also terminates the session. The trigger locks the session first: of
-- two concurrent merges, the second sees the first.
CREATE OR REPLACE FUNCTION terminate_session_on_merge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM FROM session s WHERE s.id = NEW.session_id FOR NO KEY UPDATE;
  UPDATE session s SET is_terminated = true, activity_state = 'EXITED', activity_last_at = now()
   WHERE s.id = NEW.session_id AND s.terminate_on_pr_merge AND NOT s.is_terminated
     AND EXISTS (SELECT FROM pull_request p WHERE p.session_id = s.id AND p.state = 'MERGED')
     AND NOT EXISTS (SELECT FROM pull_request p WHERE p.session_id = s.id AND p.state IN ('OPEN', 'DRAFT'));
  RETURN NULL;
END
$$;

-- PostgreSQL fires triggers in the order of their names. This one fires after the capture, so that the feed delivers the
-- merge before the termination of the session.
CREATE OR REPLACE TRIGGER pull_request_update_terminate AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL AND OLD.state <> NEW.state AND NEW.state IN ('MERGED', 'CLOSED'))
  EXECUTE FUNCTION terminate_session_on_merge();

REVOKE EXECUTE ON FUNCTION
  place_pull_request(), keep_pull_requests_with_workers(), terminate_session_on_merge(), clear_merge_obstacles(),
  keep_mergeability_reasons(), record_pull_request_release() FROM PUBLIC;

ALTER TABLE pull_request
  ENABLE ALWAYS TRIGGER pull_request_stays,
  ENABLE ALWAYS TRIGGER pull_request_is_kept,
  ENABLE ALWAYS TRIGGER pull_request_insert_project,
  ENABLE ALWAYS TRIGGER pull_request_update_project,
  ENABLE ALWAYS TRIGGER pull_request_insert_release,
  ENABLE ALWAYS TRIGGER pull_request_update_release,
  ENABLE ALWAYS TRIGGER pull_request_is_over,
  ENABLE ALWAYS TRIGGER pull_request_reasons,
  ENABLE ALWAYS TRIGGER pull_request_insert_holder_check,
  ENABLE ALWAYS TRIGGER pull_request_update_holder_check,
  ENABLE ALWAYS TRIGGER pull_request_update_terminate;
ALTER TABLE session ENABLE ALWAYS TRIGGER session_holder_check;
ALTER TABLE project ENABLE ALWAYS TRIGGER project_holder_check;
