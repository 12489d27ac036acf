-- Numbers a session within its project. The project's row stays locked until the transaction ends, so that concurrent
-- spawns get consecutive numbers, and a spawn that is rolled back gives its number back.
--
-- The row keeps the last number, so that the number of a deleted session is not used again. A statement writes it once,
-- at its end: with a new version of the row for each session, the searches of the row would pass over all of them.
CREATE OR REPLACE FUNCTION number_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  last_num int;
BEGIN
  SELECT p.last_session_num INTO last_num
    FROM project p WHERE p.organization_id = NEW.organization_id AND p.id = NEW.project_id
     FOR NO KEY UPDATE;
  -- The sessions that this statement has inserted already are higher. When the project does not exist, the foreign key
  -- must raise the error, not the CHECK.
  NEW.num := 1 + greatest(
    last_num, 0,
    (SELECT max(s.num) FROM session s WHERE s.organization_id = NEW.organization_id AND s.project_id = NEW.project_id)
  );
  RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION keep_last_session_num() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE project p
     SET last_session_num = added.num
    FROM (SELECT n.project_id, max(n.num) AS num FROM new_rows n GROUP BY n.project_id) added
   WHERE p.id = added.project_id AND p.last_session_num < added.num;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION number_session(), keep_last_session_num() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_number BEFORE INSERT ON session
  FOR EACH ROW EXECUTE FUNCTION number_session();
CREATE OR REPLACE TRIGGER session_last_num AFTER INSERT ON session
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION keep_last_session_num();

CREATE OR REPLACE TRIGGER session_touch BEFORE UPDATE ON session
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER session_stays BEFORE UPDATE ON session
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.project_id, OLD.num, OLD.agent_id,
     OLD.spawned_by_kind, OLD.spawned_by_id, OLD.spawned_by_name) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.project_id, NEW.num, NEW.agent_id,
     NEW.spawned_by_kind, NEW.spawned_by_id, NEW.spawned_by_name)
  )
  EXECUTE FUNCTION refuse('a session stays in its project, under its number, and that of its agent and of who spawned it');

-- Records when a session ends, and by whom, whichever program ends it. A restore takes it back, so that no time of an
-- earlier end outlives it.
CREATE OR REPLACE FUNCTION record_session_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF NEW.is_terminated THEN
    NEW.terminated_at := clock_timestamp();
    NEW.terminated_by_kind := acting_kind();
    NEW.terminated_by_id := acting_id();
    NEW.terminated_by_name := acting_name();
  ELSE
    NEW.terminated_at := NULL;
    NEW.terminated_by_kind := NULL;
    NEW.terminated_by_id := NULL;
    NEW.terminated_by_name := NULL;
  END IF;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION record_session_end() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_insert_end BEFORE INSERT ON session
  FOR EACH ROW WHEN (NEW.is_terminated) EXECUTE FUNCTION record_session_end();
CREATE OR REPLACE TRIGGER session_update_end BEFORE UPDATE ON session
  FOR EACH ROW WHEN (OLD.is_terminated <> NEW.is_terminated) EXECUTE FUNCTION record_session_end();

-- A session without pull requests may be deleted. The foreign key refuses to delete any other.
CREATE OR REPLACE TRIGGER session_is_kept BEFORE TRUNCATE ON session
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set is_terminated instead');

ALTER TABLE session
  ENABLE ALWAYS TRIGGER session_last_num,
  ENABLE ALWAYS TRIGGER session_stays,
  ENABLE ALWAYS TRIGGER session_is_kept;
