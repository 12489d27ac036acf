CREATE OR REPLACE TRIGGER relationship_type_touch BEFORE UPDATE ON relationship_type
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER relationship_type_local_touch BEFORE UPDATE ON relationship_type
  FOR EACH ROW WHEN (
    (OLD.slug, OLD.name, OLD.description, OLD.metadata_schema, OLD.is_symmetric, OLD.inverse_id, OLD.rules_xid) IS DISTINCT FROM
    (NEW.slug, NEW.name, NEW.description, NEW.metadata_schema, NEW.is_symmetric, NEW.inverse_id, NEW.rules_xid)
    AND NEW.mirrored_at IS DISTINCT FROM now()::timestamptz(3)
  )
  EXECUTE FUNCTION mark_local_change();

CREATE OR REPLACE TRIGGER relationship_type_stays BEFORE UPDATE ON relationship_type
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.created_at)
  )
  EXECUTE FUNCTION refuse('a relationship type stays in its organization');

CREATE OR REPLACE TRIGGER relationship_type_insert_slug_check BEFORE INSERT ON relationship_type
  FOR EACH ROW WHEN (NEW.slug LIKE '$%' AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');
CREATE OR REPLACE TRIGGER relationship_type_update_slug_check BEFORE UPDATE ON relationship_type
  FOR EACH ROW WHEN ((OLD.slug LIKE '$%' OR NEW.slug LIKE '$%') AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');

CREATE OR REPLACE TRIGGER relationship_type_is_kept BEFORE DELETE OR TRUNCATE ON relationship_type
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set archived_at instead');

ALTER TABLE relationship_type
  ENABLE ALWAYS TRIGGER relationship_type_stays,
  ENABLE ALWAYS TRIGGER relationship_type_insert_slug_check,
  ENABLE ALWAYS TRIGGER relationship_type_update_slug_check,
  ENABLE ALWAYS TRIGGER relationship_type_is_kept;
