-- absence is null

-- >>> prisma/sql/capture/pull_request.sql
-- pull_request → PR_CREATED, PR_SESSION_CHANGED, PR_UPDATED
CREATE OR REPLACE FUNCTION capture_pull_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
  image jsonb;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.additions        IS DISTINCT FROM OLD.additions        THEN 'additions' END,
      CASE WHEN NEW.author           IS DISTINCT FROM OLD.author           THEN 'author' END,
      CASE WHEN NEW.awaits_approval  IS DISTINCT FROM OLD.awaits_approval  THEN 'awaitsApproval' END,
      CASE WHEN NEW.changed_files    IS DISTINCT FROM OLD.changed_files    THEN 'changedFiles' END,
      CASE WHEN NEW.ci_state         IS DISTINCT FROM OLD.ci_state         THEN 'ciState' END,
      CASE WHEN NEW.closed_at        IS DISTINCT FROM OLD.closed_at        THEN 'closedAt' END,
      CASE WHEN NEW.created_at       IS DISTINCT FROM OLD.created_at       THEN 'createdAt' END,
      CASE WHEN NEW.deletions        IS DISTINCT FROM OLD.deletions        THEN 'deletions' END,
      CASE WHEN NEW.head_sha         IS DISTINCT FROM OLD.head_sha         THEN 'headSha' END,
      CASE WHEN NEW.is_cross_repository IS DISTINCT FROM OLD.is_cross_repository THEN 'isCrossRepository' END,
      CASE WHEN NEW.is_draft         IS DISTINCT FROM OLD.is_draft         THEN 'isDraft' END,
      CASE WHEN NEW.is_in_merge_queue IS DISTINCT FROM OLD.is_in_merge_queue THEN 'isInMergeQueue' END,
      CASE WHEN NEW.mergeability     IS DISTINCT FROM OLD.mergeability     THEN 'mergeability' END,
      CASE WHEN NEW.merged_at        IS DISTINCT FROM OLD.merged_at        THEN 'mergedAt' END,
      CASE WHEN NEW.merge_queue_position IS DISTINCT FROM OLD.merge_queue_position THEN 'mergeQueuePosition' END,
      CASE WHEN NEW.number           IS DISTINCT FROM OLD.number           THEN 'number' END,
      CASE WHEN NEW.project_id       IS DISTINCT FROM OLD.project_id       THEN 'project' END,
      CASE WHEN (NEW.repo_owner, NEW.repo_name) IS DISTINCT FROM (OLD.repo_owner, OLD.repo_name) THEN 'repo' END,
      CASE WHEN NEW.required_ci_state IS DISTINCT FROM OLD.required_ci_state THEN 'requiredCiState' END,
      CASE WHEN NEW.review_decision  IS DISTINCT FROM OLD.review_decision  THEN 'reviewDecision' END,
      CASE WHEN NEW.session_id       IS DISTINCT FROM OLD.session_id       THEN 'session' END,
      CASE WHEN NEW.source_branch    IS DISTINCT FROM OLD.source_branch    THEN 'sourceBranch' END,
      CASE WHEN (NEW.source_repo_owner, NEW.source_repo_name) IS DISTINCT FROM (OLD.source_repo_owner, OLD.source_repo_name)
           THEN 'sourceRepo' END,
      CASE WHEN NEW.state            IS DISTINCT FROM OLD.state            THEN 'state' END,
      CASE WHEN NEW.state_changed_at IS DISTINCT FROM OLD.state_changed_at THEN 'stateChangedAt' END,
      CASE WHEN NEW.target_branch    IS DISTINCT FROM OLD.target_branch    THEN 'targetBranch' END,
      CASE WHEN NEW.title            IS DISTINCT FROM OLD.title            THEN 'title' END,
      CASE WHEN NEW.unreadable       IS DISTINCT FROM OLD.unreadable       THEN 'unreadable' END,
      CASE WHEN NEW.url              IS DISTINCT FROM OLD.url              THEN 'url' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  image := jsonb_build_object(
    'id', global_id('PullRequest', NEW.id),
    'repo', repo_image(NEW.repo_owner, NEW.repo_name),
    'url', NEW.url,
    'number', NEW.number,
    'title', nullif(NEW.title, ''),
    'author', nullif(NEW.author, ''),
    'sourceBranch', nullif(NEW.source_branch, ''),
    'sourceRepo', CASE WHEN NEW.source_repo_name <> '' THEN repo_image(NEW.source_repo_owner, NEW.source_repo_name) END,
    'isCrossRepository', NEW.is_cross_repository,
    'targetBranch', nullif(NEW.target_branch, ''),
    'isDraft', NEW.is_draft,
    'state', NEW.state,
    'ciState', NEW.ci_state,
    'requiredCiState', NEW.required_ci_state,
    'awaitsApproval', NEW.awaits_approval,
    'reviewDecision', NEW.review_decision,
    'mergeability', NEW.mergeability,
    'isInMergeQueue', NEW.is_in_merge_queue,
    'mergeQueuePosition', NEW.merge_queue_position,
    'unreadable', NEW.unreadable,
    'headSha', nullif(NEW.head_sha, ''),
    'additions', NEW.additions,
    'deletions', NEW.deletions,
    'changedFiles', NEW.changed_files,
    'session', global_id('Session', NEW.session_id),
    'project', global_id('Project', NEW.project_id),
    'mergedAt', date_time(NEW.merged_at),
    'closedAt', date_time(NEW.closed_at),
    'createdAt', date_time(NEW.created_at),
    'stateChangedAt', date_time(NEW.state_changed_at),
    'observedAt', date_time(NEW.observed_at),
    'updatedAt', date_time(NEW.updated_at)
  );
  -- A change of the session is an event of its own, delivered to the subscribers of both sessions, of their projects and
  -- of their agents. The other changes are a second event, delivered to those of the new session.
  IF 'session' = ANY (changed) THEN
    INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
      NEW.organization_id, 'PR_SESSION_CHANGED', 'PullRequest', NEW.id,
      NEW.id || session_subjects(NEW.session_id, NEW.project_id) || session_subjects(OLD.session_id, OLD.project_id),
      jsonb_build_object(
        'changed', array_remove(ARRAY[CASE WHEN 'project' = ANY (changed) THEN 'project' END, 'session'], NULL), 'row', image,
        'from', global_id('Session', OLD.session_id), 'to', global_id('Session', NEW.session_id)
      )
    );
    changed := array_remove(array_remove(changed, 'session'), 'project');
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id, CASE TG_OP WHEN 'INSERT' THEN 'PR_CREATED' ELSE 'PR_UPDATED' END, 'PullRequest', NEW.id,
    NEW.id || session_subjects(NEW.session_id, NEW.project_id),
    jsonb_build_object('changed', changed, 'row', image)
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_pull_request() FROM PUBLIC;

CREATE OR REPLACE TRIGGER pull_request_capture AFTER INSERT OR UPDATE ON pull_request
  FOR EACH ROW EXECUTE FUNCTION capture_pull_request();

ALTER TABLE pull_request ENABLE ALWAYS TRIGGER pull_request_capture;
-- <<< prisma/sql/capture/pull_request.sql

-- >>> prisma/sql/capture/pull_request_check.sql
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
-- <<< prisma/sql/capture/pull_request_check.sql

-- >>> prisma/sql/capture/pull_request_review_thread.sql
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
-- <<< prisma/sql/capture/pull_request_review_thread.sql

-- >>> prisma/sql/capture/session.sql
-- session → SESSION_CREATED, SESSION_UPDATED, SESSION_DELETED
--
-- The image includes the standing of the session (session_standing.sql). A deleted session has none any more.
CREATE OR REPLACE FUNCTION session_image(s session, standing session_standing) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object(
  'id', global_id('Session', s.id),
  'num', s.num,
  'name', (SELECT p.slug FROM project p WHERE p.id = s.project_id) || '-' || s.num,
  'displayName', s.display_name,
  'kind', s.kind,
  'project', global_id('Project', s.project_id),
  'agent', global_id('Agent', s.agent_id),
  'activityState', s.activity_state,
  'activityLastAt', date_time(s.activity_last_at),
  'firstSignalAt', date_time(s.first_signal_at),
  'noSignalAt', date_time(s.no_signal_at),
  'launchId', s.launch_id,
  'isTerminated', s.is_terminated,
  'terminatedAt', date_time(s.terminated_at),
  'terminatedBy', actor_image(s.terminated_by_kind, s.terminated_by_name),
  'spawnedBy', actor_image(s.spawned_by_kind, s.spawned_by_name),
  'mergePolicy', jsonb_build_object('terminateOnPrMerge', s.terminate_on_pr_merge),
  'branch', nullif(s.branch, ''),
  'executionWorkspace', global_id('ExecutionWorkspace', s.execution_workspace_id),
  'createdAt', date_time(s.created_at),
  'updatedAt', date_time(s.updated_at)
) || CASE WHEN standing.session_id IS NULL THEN '{}' ELSE jsonb_build_object(
  'displayStatus', standing.display_status,
  'statusSince', date_time(standing.status_since),
  'scmStatus', standing.scm_status,
  'lane', standing.lane,
  'laneSince', date_time(standing.lane_since)
) END;

CREATE OR REPLACE FUNCTION capture_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  s session;
  standing session_standing;
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'DELETE' THEN s := OLD; ELSE s := NEW; END IF;
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.activity_state        IS DISTINCT FROM OLD.activity_state        THEN 'activityState' END,
      CASE WHEN NEW.branch                IS DISTINCT FROM OLD.branch                THEN 'branch' END,
      CASE WHEN NEW.created_at            IS DISTINCT FROM OLD.created_at            THEN 'createdAt' END,
      CASE WHEN NEW.display_name          IS DISTINCT FROM OLD.display_name          THEN 'displayName' END,
      CASE WHEN NEW.execution_workspace_id IS DISTINCT FROM OLD.execution_workspace_id THEN 'executionWorkspace' END,
      CASE WHEN NEW.first_signal_at       IS DISTINCT FROM OLD.first_signal_at       THEN 'firstSignalAt' END,
      CASE WHEN NEW.is_terminated         IS DISTINCT FROM OLD.is_terminated         THEN 'isTerminated' END,
      CASE WHEN NEW.kind                  IS DISTINCT FROM OLD.kind                  THEN 'kind' END,
      CASE WHEN NEW.launch_id             IS DISTINCT FROM OLD.launch_id             THEN 'launchId' END,
      CASE WHEN NEW.terminate_on_pr_merge IS DISTINCT FROM OLD.terminate_on_pr_merge THEN 'mergePolicy' END,
      CASE WHEN NEW.no_signal_at          IS DISTINCT FROM OLD.no_signal_at          THEN 'noSignalAt' END,
      CASE WHEN NEW.terminated_at         IS DISTINCT FROM OLD.terminated_at         THEN 'terminatedAt' END,
      CASE WHEN (NEW.terminated_by_kind, NEW.terminated_by_id, NEW.terminated_by_name) IS DISTINCT FROM
                (OLD.terminated_by_kind, OLD.terminated_by_id, OLD.terminated_by_name) THEN 'terminatedBy' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
    -- Also for a change that the standing does not depend on: the event shows it, and another transaction may be about
    -- to change it.
    INSERT INTO standing_due (subject, subject_id) VALUES ('SESSION', NEW.id) ON CONFLICT DO NOTHING;
  END IF;
  IF TG_OP = 'INSERT' THEN
    standing := begin_standing(NEW);
  ELSE
    SELECT k.* INTO standing FROM session_standing k WHERE k.session_id = s.id;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    s.organization_id,
    CASE TG_OP WHEN 'INSERT' THEN 'SESSION_CREATED' WHEN 'DELETE' THEN 'SESSION_DELETED' ELSE 'SESSION_UPDATED' END,
    'Session', s.id, array_remove(ARRAY[s.id, s.project_id, s.agent_id], NULL),
    jsonb_build_object('changed', changed, 'row', session_image(s, standing))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_session() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_capture AFTER INSERT OR UPDATE OR DELETE ON session
  FOR EACH ROW EXECUTE FUNCTION capture_session();

ALTER TABLE session ENABLE ALWAYS TRIGGER session_capture;
-- <<< prisma/sql/capture/session.sql
