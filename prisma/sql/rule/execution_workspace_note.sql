CREATE OR REPLACE FUNCTION count_execution_workspace_note() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE execution_workspace SET note_count = note_count + 1
   WHERE id = NEW.execution_workspace_id AND organization_id = NEW.organization_id;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION count_execution_workspace_note() FROM PUBLIC;

CREATE OR REPLACE TRIGGER execution_workspace_note_count AFTER INSERT ON execution_workspace_note
  FOR EACH ROW EXECUTE FUNCTION count_execution_workspace_note();

CREATE OR REPLACE TRIGGER execution_workspace_note_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON execution_workspace_note
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('a note stays as it was written');

ALTER TABLE execution_workspace_note
  ENABLE ALWAYS TRIGGER execution_workspace_note_count,
  ENABLE ALWAYS TRIGGER execution_workspace_note_is_kept;
