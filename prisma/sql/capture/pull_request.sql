-- pull_request → PR_CREATED, PR_SESSION_CHANGED, PR_UPDATED
-- In PL/pgSQL, because PostgreSQL before 18 plans a SQL function anew in each statement that calls it.
CREATE OR REPLACE FUNCTION pull_request_image(p pull_request) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN jsonb_build_object(
    'id', global_id('PullRequest', p.id),
    'repo', repo_image(p.repo_owner, p.repo_name),
    'url', p.url,
    'number', p.number,
    'title', nullif(p.title, ''),
    'author', nullif(p.author, ''),
    'sourceBranch', nullif(p.source_branch, ''),
    'sourceRepo', CASE WHEN p.source_repo_name <> '' THEN repo_image(p.source_repo_owner, p.source_repo_name) END,
    'isCrossRepository', p.is_cross_repository,
    'targetBranch', nullif(p.target_branch, ''),
    'isDraft', p.is_draft,
    'state', p.state,
    'ciState', p.ci_state,
    'requiredCiState', p.required_ci_state,
    'awaitsApproval', p.awaits_approval,
    'reviewDecision', p.review_decision,
    'mergeability', p.mergeability,
    'mergeabilityReasons', p.mergeability_reasons,
    'isInMergeQueue', p.is_in_merge_queue,
    'mergeQueuePosition', p.merge_queue_position,
    'unreadable', p.unreadable,
    'headSha', nullif(p.head_sha, ''),
    'additions', p.additions,
    'deletions', p.deletions,
    'changedFiles', p.changed_files,
    'session', global_id('Session', p.session_id),
    'project', global_id('Project', p.project_id),
    'mergedAt', date_time(p.merged_at),
    'closedAt', date_time(p.closed_at),
    'createdAt', date_time(p.created_at),
    'stateChangedAt', date_time(p.state_changed_at),
    'observedAt', date_time(p.observed_at),
    'updatedAt', date_time(p.updated_at)
  );
END
$$;

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
      CASE WHEN NEW.mergeability_reasons IS DISTINCT FROM OLD.mergeability_reasons THEN 'mergeabilityReasons' END,
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
  image := pull_request_image(NEW);
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
