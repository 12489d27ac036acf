-- Numbers a session within its project. The update locks the project's row, so that concurrent spawns get
-- consecutive numbers, and a spawn that is rolled back gives its number back.
CREATE OR REPLACE FUNCTION number_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE project
     SET last_session_num = last_session_num + 1
   WHERE id = NEW.project_id AND organization_id = NEW.organization_id
  RETURNING last_session_num INTO NEW.num;
  -- When the project does not exist, the foreign key must raise the error, not the CHECK.
  NEW.num := coalesce(NEW.num, 1);
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION number_session() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_number BEFORE INSERT ON session
  FOR EACH ROW EXECUTE FUNCTION number_session();

CREATE OR REPLACE TRIGGER session_touch BEFORE UPDATE ON session
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER session_stays BEFORE UPDATE ON session
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.project_id, OLD.num, OLD.agent_id) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.project_id, NEW.num, NEW.agent_id)
  )
  EXECUTE FUNCTION refuse('a session stays in its project, under its number, and that of its agent');

-- A session without pull requests may be deleted. The foreign key refuses to delete any other.
CREATE OR REPLACE TRIGGER session_is_kept BEFORE TRUNCATE ON session
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set is_terminated instead');

ALTER TABLE session
  ENABLE ALWAYS TRIGGER session_stays,
  ENABLE ALWAYS TRIGGER session_is_kept;
