CREATE OR REPLACE TRIGGER installation_touch BEFORE UPDATE ON installation
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER installation_stays BEFORE UPDATE ON installation
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.template_id, OLD.agent_id, OLD.installed_at) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.template_id, NEW.agent_id, NEW.installed_at)
  )
  EXECUTE FUNCTION refuse('an installation stays in its organization, with its template and its agent');

CREATE OR REPLACE TRIGGER installation_uninstalled_stays BEFORE UPDATE ON installation
  FOR EACH ROW WHEN (OLD.status = 'UNINSTALLED' AND OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION refuse('an uninstalled template is installed anew');

CREATE OR REPLACE TRIGGER installation_is_kept BEFORE DELETE OR TRUNCATE ON installation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set its status to UNINSTALLED instead');

ALTER TABLE installation
  ENABLE ALWAYS TRIGGER installation_stays,
  ENABLE ALWAYS TRIGGER installation_uninstalled_stays,
  ENABLE ALWAYS TRIGGER installation_is_kept;
