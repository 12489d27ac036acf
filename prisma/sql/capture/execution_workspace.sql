-- execution_workspace → EXECUTION_WORKSPACE_OPENED, EXECUTION_WORKSPACE_UPDATED, EXECUTION_WORKSPACE_CLOSED,
-- EXECUTION_WORKSPACE_REOPENED
--
-- A use is no change: with lastUsedAt, every report of an agent would cause an event.
CREATE OR REPLACE FUNCTION capture_execution_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.base_ref            IS DISTINCT FROM OLD.base_ref            THEN 'baseRef' END,
      CASE WHEN NEW.branch              IS DISTINCT FROM OLD.branch              THEN 'branch' END,
      CASE WHEN NEW.cleanup_eligible_at IS DISTINCT FROM OLD.cleanup_eligible_at THEN 'cleanupEligibleAt' END,
      CASE WHEN NEW.cleanup_reason      IS DISTINCT FROM OLD.cleanup_reason      THEN 'cleanupReason' END,
      CASE WHEN NEW.cleanup_warnings    IS DISTINCT FROM OLD.cleanup_warnings    THEN 'cleanupWarnings' END,
      CASE WHEN NEW.closed_at           IS DISTINCT FROM OLD.closed_at           THEN 'closedAt' END,
      CASE WHEN NEW.generation          IS DISTINCT FROM OLD.generation          THEN 'generation' END,
      CASE WHEN NEW.mode                IS DISTINCT FROM OLD.mode                THEN 'mode' END,
      CASE WHEN NEW.name                IS DISTINCT FROM OLD.name                THEN 'name' END,
      CASE WHEN NEW.note_count          IS DISTINCT FROM OLD.note_count          THEN 'noteCount' END,
      CASE WHEN NEW.opened_at           IS DISTINCT FROM OLD.opened_at           THEN 'openedAt' END,
      CASE WHEN NEW.provider            IS DISTINCT FROM OLD.provider            THEN 'provider' END,
      CASE WHEN NEW.session_id          IS DISTINCT FROM OLD.session_id          THEN 'session' END,
      CASE WHEN NEW.status              IS DISTINCT FROM OLD.status              THEN 'status' END,
      CASE WHEN NEW.strategy            IS DISTINCT FROM OLD.strategy            THEN 'strategy' END,
      CASE WHEN NEW.version             IS DISTINCT FROM OLD.version             THEN 'version' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'EXECUTION_WORKSPACE_OPENED'
      WHEN OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL THEN 'EXECUTION_WORKSPACE_CLOSED'
      WHEN OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL THEN 'EXECUTION_WORKSPACE_REOPENED'
      ELSE 'EXECUTION_WORKSPACE_UPDATED'
    END,
    'ExecutionWorkspace', NEW.id, array_remove(ARRAY[NEW.id, NEW.project_id, NEW.session_id], NULL),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('ExecutionWorkspace', NEW.id),
      'name', NEW.name,
      'project', global_id('Project', NEW.project_id),
      'session', global_id('Session', NEW.session_id),
      'mode', NEW.mode,
      'strategy', NEW.strategy,
      'provider', NEW.provider,
      'branch', NEW.branch,
      'baseRef', NEW.base_ref,
      'status', NEW.status,
      'version', NEW.version,
      'generation', NEW.generation,
      'noteCount', NEW.note_count,
      'openedAt', date_time(NEW.opened_at),
      'lastUsedAt', date_time(NEW.last_used_at),
      'closedAt', date_time(NEW.closed_at),
      'cleanupEligibleAt', date_time(NEW.cleanup_eligible_at),
      'cleanupReason', NEW.cleanup_reason,
      'cleanupWarnings', NEW.cleanup_warnings,
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_execution_workspace() FROM PUBLIC;

CREATE OR REPLACE TRIGGER execution_workspace_capture AFTER INSERT OR UPDATE ON execution_workspace
  FOR EACH ROW EXECUTE FUNCTION capture_execution_workspace();

ALTER TABLE execution_workspace ENABLE ALWAYS TRIGGER execution_workspace_capture;
