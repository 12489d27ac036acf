-- org_import → ORG_IMPORT_STARTED, ORG_IMPORT_PROGRESSED, ORG_IMPORT_COMPLETED, ORG_IMPORT_FAILED
CREATE OR REPLACE FUNCTION capture_org_import() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.created_count     IS DISTINCT FROM OLD.created_count     THEN 'createdCount' END,
      CASE WHEN NEW.duration_ms       IS DISTINCT FROM OLD.duration_ms       THEN 'durationMs' END,
      CASE WHEN NEW.error             IS DISTINCT FROM OLD.error             THEN 'error' END,
      CASE WHEN NEW.failed_count      IS DISTINCT FROM OLD.failed_count      THEN 'failedCount' END,
      CASE WHEN NEW.finished_at       IS DISTINCT FROM OLD.finished_at       THEN 'finishedAt' END,
      CASE WHEN NEW.moved_count       IS DISTINCT FROM OLD.moved_count       THEN 'movedCount' END,
      CASE WHEN NEW.plan_hash         IS DISTINCT FROM OLD.plan_hash         THEN 'planHash' END,
      CASE WHEN NEW.provisioned_count IS DISTINCT FROM OLD.provisioned_count THEN 'provisionedCount' END,
      CASE WHEN NEW.removed_count     IS DISTINCT FROM OLD.removed_count     THEN 'removedCount' END,
      CASE WHEN NEW.skipped_count     IS DISTINCT FROM OLD.skipped_count     THEN 'skippedCount' END,
      CASE WHEN NEW.status            IS DISTINCT FROM OLD.status            THEN 'status' END,
      CASE WHEN NEW.updated_count     IS DISTINCT FROM OLD.updated_count     THEN 'updatedCount' END,
      CASE WHEN NEW.warnings          IS DISTINCT FROM OLD.warnings          THEN 'warnings' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'ORG_IMPORT_STARTED'
      WHEN OLD.status = 'RUNNING' AND NEW.status = 'COMPLETED' THEN 'ORG_IMPORT_COMPLETED'
      WHEN OLD.status = 'RUNNING' AND NEW.status = 'FAILED' THEN 'ORG_IMPORT_FAILED'
      ELSE 'ORG_IMPORT_PROGRESSED'
    END,
    'OrgImport', NEW.id, ARRAY[NEW.id],
    -- Warnings have no size limit. They are left out of the event and read from the table.
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('OrgImport', NEW.id),
      'name', NEW.name,
      'mode', NEW.mode,
      'status', NEW.status,
      'planHash', NEW.plan_hash,
      'createdCount', NEW.created_count,
      'skippedCount', NEW.skipped_count,
      'updatedCount', NEW.updated_count,
      'movedCount', NEW.moved_count,
      'removedCount', NEW.removed_count,
      'provisionedCount', NEW.provisioned_count,
      'failedCount', NEW.failed_count,
      'durationMs', NEW.duration_ms,
      'error', NEW.error,
      'startedAt', date_time(NEW.started_at),
      'finishedAt', date_time(NEW.finished_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_org_import() FROM PUBLIC;

CREATE OR REPLACE TRIGGER org_import_capture AFTER INSERT OR UPDATE ON org_import
  FOR EACH ROW EXECUTE FUNCTION capture_org_import();

ALTER TABLE org_import ENABLE ALWAYS TRIGGER org_import_capture;
