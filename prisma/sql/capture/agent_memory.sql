-- agent_memory → AGENT_MEMORY_RECORDED
CREATE OR REPLACE FUNCTION capture_agent_memory() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.created_at IS DISTINCT FROM OLD.created_at THEN 'createdAt' END,
      CASE WHEN NEW.value      IS DISTINCT FROM OLD.value      THEN 'value' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id, 'AGENT_MEMORY_RECORDED', 'AgentMemory', NEW.id, ARRAY[NEW.id, NEW.agent_id],
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('AgentMemory', NEW.id),
      'agent', global_id('Agent', NEW.agent_id),
      'key', NEW.key,
      'value', NEW.value,
      'createdAt', date_time(NEW.created_at),
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_agent_memory() FROM PUBLIC;

CREATE OR REPLACE TRIGGER agent_memory_capture AFTER INSERT OR UPDATE ON agent_memory
  FOR EACH ROW EXECUTE FUNCTION capture_agent_memory();

ALTER TABLE agent_memory ENABLE ALWAYS TRIGGER agent_memory_capture;
