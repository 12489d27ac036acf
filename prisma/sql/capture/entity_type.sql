-- entity_type → ENTITY_TYPE_CREATED, ENTITY_TYPE_UPDATED, ENTITY_TYPE_ARCHIVED
--
-- Not in the image: `metadataSchema`, which has no bound.
CREATE OR REPLACE FUNCTION capture_entity_type() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := vocabulary_changes(to_jsonb(OLD), to_jsonb(NEW)) || array_remove(ARRAY[
      CASE WHEN NEW.metadata_schema IS DISTINCT FROM OLD.metadata_schema THEN 'metadataSchema' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'ENTITY_TYPE_CREATED'
      WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'ENTITY_TYPE_ARCHIVED'
      ELSE 'ENTITY_TYPE_UPDATED'
    END,
    'EntityType', NEW.id, array_remove(ARRAY[NEW.id, NEW.agent_id, NEW.installation_id], NULL),
    jsonb_build_object('changed', changed, 'row', vocabulary_image('EntityType', to_jsonb(NEW)))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_entity_type() FROM PUBLIC;

CREATE OR REPLACE TRIGGER entity_type_capture AFTER INSERT OR UPDATE ON entity_type
  FOR EACH ROW EXECUTE FUNCTION capture_entity_type();

ALTER TABLE entity_type ENABLE ALWAYS TRIGGER entity_type_capture;
