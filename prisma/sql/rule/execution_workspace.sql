-- Counts versions and generations, whichever program writes. A use, a note and the outcome of a cleanup make no new
-- version: they happen at any time, and would refuse a client that expects the version it has just read.
CREATE OR REPLACE FUNCTION number_execution_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  NEW.generation := OLD.generation + CASE WHEN OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL THEN 1 ELSE 0 END;
  NEW.version := OLD.version + CASE
    WHEN (OLD.name, OLD.mode, OLD.status, OLD.closed_at, OLD.session_id, OLD.branch, OLD.base_ref) IS DISTINCT FROM
         (NEW.name, NEW.mode, NEW.status, NEW.closed_at, NEW.session_id, NEW.branch, NEW.base_ref) THEN 1
    ELSE 0
  END;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION number_execution_workspace() FROM PUBLIC;

CREATE OR REPLACE TRIGGER execution_workspace_number BEFORE UPDATE ON execution_workspace
  FOR EACH ROW EXECUTE FUNCTION number_execution_workspace();

CREATE OR REPLACE TRIGGER execution_workspace_touch BEFORE UPDATE ON execution_workspace
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER execution_workspace_stays BEFORE UPDATE ON execution_workspace
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.project_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.project_id)
  )
  EXECUTE FUNCTION refuse('an execution workspace stays in its project');

CREATE OR REPLACE TRIGGER execution_workspace_is_kept BEFORE DELETE OR TRUNCATE ON execution_workspace
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('close it instead');

-- A session enters only an open workspace. FOR NO KEY UPDATE makes a concurrent close wait, or makes the session see it.
-- FOR SHARE would not do: two spawns into an idle workspace would both hold it, then both update the row and deadlock.
CREATE OR REPLACE FUNCTION enter_open_execution_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  entered execution_workspace;
BEGIN
  SELECT * INTO entered FROM execution_workspace w WHERE w.id = NEW.execution_workspace_id FOR NO KEY UPDATE;
  IF entered.closed_at IS NOT NULL THEN
    RAISE EXCEPTION 'A session cannot enter a closed execution workspace.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'session_execution_workspace_open_check', TABLE = 'session';
  END IF;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION enter_open_execution_workspace() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_insert_execution_workspace BEFORE INSERT ON session
  FOR EACH ROW WHEN (NEW.execution_workspace_id IS NOT NULL) EXECUTE FUNCTION enter_open_execution_workspace();
CREATE OR REPLACE TRIGGER session_update_execution_workspace BEFORE UPDATE ON session
  FOR EACH ROW WHEN (
    NEW.execution_workspace_id IS NOT NULL AND NEW.execution_workspace_id IS DISTINCT FROM OLD.execution_workspace_id
  )
  EXECUTE FUNCTION enter_open_execution_workspace();

-- A session that becomes live again makes a concurrent close wait, or finds it committed: a close that has seen no live
-- session commits before there is one.
CREATE OR REPLACE FUNCTION hold_execution_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM FROM execution_workspace w WHERE w.id = NEW.execution_workspace_id FOR SHARE;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION hold_execution_workspace() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_restore_execution_workspace BEFORE UPDATE ON session
  FOR EACH ROW WHEN (OLD.is_terminated AND NOT NEW.is_terminated AND NEW.execution_workspace_id IS NOT NULL)
  EXECUTE FUNCTION hold_execution_workspace();

-- ON DELETE SET NULL would also set the organization, which the foreign key shares.
CREATE OR REPLACE FUNCTION forget_session_of_execution_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE execution_workspace SET session_id = NULL WHERE session_id = OLD.id;
  RETURN OLD;
END
$$;

REVOKE EXECUTE ON FUNCTION forget_session_of_execution_workspace() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_delete_execution_workspace BEFORE DELETE ON session
  FOR EACH ROW EXECUTE FUNCTION forget_session_of_execution_workspace();

ALTER TABLE execution_workspace
  ENABLE ALWAYS TRIGGER execution_workspace_number,
  ENABLE ALWAYS TRIGGER execution_workspace_stays,
  ENABLE ALWAYS TRIGGER execution_workspace_is_kept;
ALTER TABLE session
  ENABLE ALWAYS TRIGGER session_insert_execution_workspace,
  ENABLE ALWAYS TRIGGER session_update_execution_workspace,
  ENABLE ALWAYS TRIGGER session_restore_execution_workspace,
  ENABLE ALWAYS TRIGGER session_delete_execution_workspace;
