CREATE OR REPLACE TRIGGER agent_memory_touch BEFORE UPDATE ON agent_memory
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER agent_memory_stays BEFORE UPDATE ON agent_memory
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.agent_id, OLD.key) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.agent_id, NEW.key)
  )
  EXECUTE FUNCTION refuse('what is remembered stays with its agent, under its key');

CREATE OR REPLACE TRIGGER agent_memory_is_kept BEFORE DELETE OR TRUNCATE ON agent_memory
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what an agent remembered is kept');

-- Counts an agent's memory for its quotas. A trigger also counts what other programs write. The row that counts is locked until the transaction ends, so
-- the count that a transaction reads after its write includes all committed writes.
CREATE OR REPLACE FUNCTION count_agent_memory() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    UPDATE agent_usage u SET bytes = u.bytes + octet_length(NEW.value) - octet_length(OLD.value)
     WHERE u.agent_id = NEW.agent_id AND u.kind = 'MEMORY';
  ELSE
    INSERT INTO agent_usage AS used (organization_id, agent_id, kind, since, count, bytes)
    VALUES (
      NEW.organization_id, NEW.agent_id, 'MEMORY', 'epoch', 1, octet_length(NEW.key) + octet_length(NEW.value)
    )
    ON CONFLICT (agent_id, kind) DO UPDATE
       SET count = used.count + excluded.count, bytes = used.bytes + excluded.bytes;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER agent_memory_count AFTER INSERT OR UPDATE OF value ON agent_memory
  FOR EACH ROW EXECUTE FUNCTION count_agent_memory();

REVOKE EXECUTE ON FUNCTION count_agent_memory() FROM PUBLIC;

ALTER TABLE agent_memory
  ENABLE ALWAYS TRIGGER agent_memory_count,
  ENABLE ALWAYS TRIGGER agent_memory_stays,
  ENABLE ALWAYS TRIGGER agent_memory_is_kept;
