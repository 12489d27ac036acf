-- classifier → CLASSIFIER_CREATED, CLASSIFIER_UPDATED, CLASSIFIER_ARCHIVED
--
-- What its current version holds is not in the image: it has no bound.
CREATE OR REPLACE FUNCTION capture_classifier() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := vocabulary_changes(to_jsonb(OLD), to_jsonb(NEW)) || array_remove(ARRAY[
      CASE WHEN NEW.current_version_id IS DISTINCT FROM OLD.current_version_id THEN 'currentVersion' END,
      CASE WHEN NEW.watcher_id         IS DISTINCT FROM OLD.watcher_id         THEN 'watcher' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'CLASSIFIER_CREATED'
      WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'CLASSIFIER_ARCHIVED'
      ELSE 'CLASSIFIER_UPDATED'
    END,
    'Classifier', NEW.id, array_remove(ARRAY[NEW.id, NEW.agent_id, NEW.installation_id, NEW.watcher_id], NULL),
    jsonb_build_object('changed', changed, 'row', vocabulary_image('Classifier', to_jsonb(NEW)) || jsonb_build_object(
      'currentVersion', global_id('ClassifierVersion', NEW.current_version_id),
      'watcher', global_id('Watcher', NEW.watcher_id)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_classifier() FROM PUBLIC;

CREATE OR REPLACE TRIGGER classifier_capture AFTER INSERT OR UPDATE ON classifier
  FOR EACH ROW EXECUTE FUNCTION capture_classifier();

ALTER TABLE classifier ENABLE ALWAYS TRIGGER classifier_capture;
