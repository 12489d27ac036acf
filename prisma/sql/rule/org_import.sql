CREATE OR REPLACE TRIGGER org_import_touch BEFORE UPDATE ON org_import
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER org_import_stays BEFORE UPDATE ON org_import
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.name, OLD.mode, OLD.requested_by_kind, OLD.requested_by_id, OLD.requested_by_name, OLD.started_at) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.name, NEW.mode, NEW.requested_by_kind, NEW.requested_by_id, NEW.requested_by_name, NEW.started_at)
  )
  EXECUTE FUNCTION refuse('what was imported, by whom and when, stays as it was');

CREATE OR REPLACE TRIGGER org_import_status_stays BEFORE UPDATE ON org_import
  FOR EACH ROW WHEN (OLD.status <> 'RUNNING' AND OLD.status <> NEW.status)
  EXECUTE FUNCTION refuse('an import ends once');

CREATE OR REPLACE TRIGGER org_import_is_kept BEFORE DELETE OR TRUNCATE ON org_import
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('imports are kept');

ALTER TABLE org_import
  ENABLE ALWAYS TRIGGER org_import_stays,
  ENABLE ALWAYS TRIGGER org_import_status_stays,
  ENABLE ALWAYS TRIGGER org_import_is_kept;
