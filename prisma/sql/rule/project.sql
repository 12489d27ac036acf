-- Assigning a number to a new session does not count as an update of the project.
CREATE OR REPLACE TRIGGER project_touch BEFORE UPDATE ON project
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.last_session_num = NEW.last_session_num)
  EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER project_stays BEFORE UPDATE ON project
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id) IS DISTINCT FROM (NEW.id, NEW.organization_id))
  EXECUTE FUNCTION refuse('a project stays in its organization');

CREATE OR REPLACE TRIGGER project_is_kept BEFORE DELETE OR TRUNCATE ON project
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set archived_at instead');

ALTER TABLE project
  ENABLE ALWAYS TRIGGER project_stays,
  ENABLE ALWAYS TRIGGER project_is_kept;
