-- Assigning a number to a new session does not count as an update of the project.
CREATE OR REPLACE TRIGGER project_touch BEFORE UPDATE ON project
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.last_session_num = NEW.last_session_num)
  EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER project_stays BEFORE UPDATE ON project
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id) IS DISTINCT FROM (NEW.id, NEW.organization_id))
  EXECUTE FUNCTION refuse('a project stays in its organization');

CREATE OR REPLACE TRIGGER project_is_kept BEFORE DELETE OR TRUNCATE ON project
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set archived_at instead');

-- Other limits make other sessions silent. The job notes again those that still are.
CREATE OR REPLACE FUNCTION forget_silences() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE session SET no_signal_at = NULL, severe_silence_at = NULL
   WHERE id IN (
     SELECT s.id FROM session s WHERE s.project_id = NEW.id AND s.no_signal_at IS NOT NULL ORDER BY s.id FOR NO KEY UPDATE
   );
  INSERT INTO standing_due AS due (subject, subject_id)
  SELECT 'SESSION', k.session_id FROM session_standing k WHERE k.project_id = NEW.id AND k.display_status = 'NO_SIGNAL'
  ON CONFLICT (xid, subject, subject_id) DO UPDATE SET may_change = true WHERE NOT due.may_change;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION forget_silences() FROM PUBLIC;

CREATE OR REPLACE TRIGGER project_silence AFTER UPDATE ON project
  FOR EACH ROW WHEN (
    (OLD.silent_after_minutes, OLD.severely_silent_after_minutes)
    IS DISTINCT FROM (NEW.silent_after_minutes, NEW.severely_silent_after_minutes)
  )
  EXECUTE FUNCTION forget_silences();

ALTER TABLE project
  ENABLE ALWAYS TRIGGER project_silence,
  ENABLE ALWAYS TRIGGER project_stays,
  ENABLE ALWAYS TRIGGER project_is_kept;
