-- watcher → WATCHER_CREATED, WATCHER_UPDATED, WATCHER_ARCHIVED
--
-- What its current version asks is not in the image: it has no bound.
CREATE OR REPLACE FUNCTION capture_watcher() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := vocabulary_changes(to_jsonb(OLD), to_jsonb(NEW)) || array_remove(ARRAY[
      CASE WHEN NEW.connection         IS DISTINCT FROM OLD.connection         THEN 'connection' END,
      CASE WHEN NEW.current_version_id IS DISTINCT FROM OLD.current_version_id THEN 'currentVersion' END,
      CASE WHEN NEW.schedule           IS DISTINCT FROM OLD.schedule           THEN 'schedule' END,
      CASE WHEN NEW.schedule_enabled   IS DISTINCT FROM OLD.schedule_enabled   THEN 'scheduleEnabled' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'WATCHER_CREATED'
      WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'WATCHER_ARCHIVED'
      ELSE 'WATCHER_UPDATED'
    END,
    'Watcher', NEW.id, array_remove(ARRAY[NEW.id, NEW.agent_id, NEW.installation_id], NULL),
    jsonb_build_object('changed', changed, 'row', vocabulary_image('Watcher', to_jsonb(NEW)) || jsonb_build_object(
      'currentVersion', global_id('WatcherVersion', NEW.current_version_id),
      'schedule', NEW.schedule,
      'scheduleEnabled', NEW.schedule_enabled,
      'connection', NEW.connection
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_watcher() FROM PUBLIC;

CREATE OR REPLACE TRIGGER watcher_capture AFTER INSERT OR UPDATE ON watcher
  FOR EACH ROW EXECUTE FUNCTION capture_watcher();

ALTER TABLE watcher ENABLE ALWAYS TRIGGER watcher_capture;
