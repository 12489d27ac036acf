-- relationship_type → RELATIONSHIP_TYPE_CREATED, RELATIONSHIP_TYPE_UPDATED, RELATIONSHIP_TYPE_ARCHIVED
--
-- Not in the image: `metadataSchema` and `rules`, which have no bound.
CREATE OR REPLACE FUNCTION capture_relationship_type() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := vocabulary_changes(to_jsonb(OLD), to_jsonb(NEW)) || array_remove(ARRAY[
      CASE WHEN NEW.inverse_id      IS DISTINCT FROM OLD.inverse_id      THEN 'inverse' END,
      CASE WHEN NEW.is_symmetric    IS DISTINCT FROM OLD.is_symmetric    THEN 'isSymmetric' END,
      CASE WHEN NEW.metadata_schema IS DISTINCT FROM OLD.metadata_schema THEN 'metadataSchema' END,
      CASE WHEN NEW.rules_xid       IS DISTINCT FROM OLD.rules_xid       THEN 'rules' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'RELATIONSHIP_TYPE_CREATED'
      WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'RELATIONSHIP_TYPE_ARCHIVED'
      ELSE 'RELATIONSHIP_TYPE_UPDATED'
    END,
    'RelationshipType', NEW.id, array_remove(ARRAY[NEW.id, NEW.agent_id, NEW.installation_id], NULL),
    jsonb_build_object('changed', changed, 'row', vocabulary_image('RelationshipType', to_jsonb(NEW)) || jsonb_build_object(
      'isSymmetric', NEW.is_symmetric,
      'inverse', global_id('RelationshipType', NEW.inverse_id)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_relationship_type() FROM PUBLIC;

CREATE OR REPLACE TRIGGER relationship_type_capture AFTER INSERT OR UPDATE ON relationship_type
  FOR EACH ROW EXECUTE FUNCTION capture_relationship_type();

ALTER TABLE relationship_type ENABLE ALWAYS TRIGGER relationship_type_capture;
