-- agent → AGENT_CREATED, AGENT_UPDATED, AGENT_OFFBOARDED
CREATE OR REPLACE FUNCTION capture_agent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.description     IS DISTINCT FROM OLD.description     THEN 'description' END,
      CASE WHEN NEW.failed_at       IS DISTINCT FROM OLD.failed_at       THEN 'failedAt' END,
      CASE WHEN NEW.failure         IS DISTINCT FROM OLD.failure         THEN 'failure' END,
      CASE WHEN NEW.name            IS DISTINCT FROM OLD.name            THEN 'name' END,
      CASE WHEN NEW.offboard_reason IS DISTINCT FROM OLD.offboard_reason THEN 'offboardReason' END,
      CASE WHEN NEW.offboarded_at   IS DISTINCT FROM OLD.offboarded_at   THEN 'offboardedAt' END,
      CASE WHEN NEW.role            IS DISTINCT FROM OLD.role            THEN 'role' END,
      CASE WHEN NEW.status          IS DISTINCT FROM OLD.status          THEN 'status' END,
      CASE WHEN NEW.workspace_id    IS DISTINCT FROM OLD.workspace_id    THEN 'workspace' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'AGENT_CREATED'
      WHEN OLD.status <> 'STOPPED' AND NEW.status = 'STOPPED' THEN 'AGENT_OFFBOARDED'
      ELSE 'AGENT_UPDATED'
    END,
    'Agent', NEW.id, array_remove(ARRAY[NEW.id, NEW.hired_by_id, NEW.workspace_id], NULL),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Agent', NEW.id),
      'name', NEW.name,
      'role', NEW.role,
      'description', NEW.description,
      'status', NEW.status,
      'workspace', global_id('Workspace', NEW.workspace_id),
      'hiredBy', global_id('User', NEW.hired_by_id),
      'hiredAt', date_time(NEW.hired_at),
      'offboardedAt', date_time(NEW.offboarded_at),
      'offboardReason', NEW.offboard_reason,
      'failedAt', date_time(NEW.failed_at),
      'failure', NEW.failure,
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_agent() FROM PUBLIC;

CREATE OR REPLACE TRIGGER agent_capture AFTER INSERT OR UPDATE ON agent
  FOR EACH ROW EXECUTE FUNCTION capture_agent();

ALTER TABLE agent ENABLE ALWAYS TRIGGER agent_capture;
