CREATE OR REPLACE TRIGGER classifier_touch BEFORE UPDATE ON classifier
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER classifier_local_touch BEFORE UPDATE ON classifier
  FOR EACH ROW WHEN (
    (OLD.slug, OLD.name, OLD.description, OLD.watcher_id, OLD.current_version_id) IS DISTINCT FROM
    (NEW.slug, NEW.name, NEW.description, NEW.watcher_id, NEW.current_version_id)
    AND NEW.mirrored_at IS DISTINCT FROM now()::timestamptz(3)
  )
  EXECUTE FUNCTION mark_local_change();

CREATE OR REPLACE TRIGGER classifier_stays BEFORE UPDATE ON classifier
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.created_at)
  )
  EXECUTE FUNCTION refuse('a classifier stays in its organization');

CREATE OR REPLACE TRIGGER classifier_insert_slug_check BEFORE INSERT ON classifier
  FOR EACH ROW WHEN (NEW.slug LIKE '$%' AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');
CREATE OR REPLACE TRIGGER classifier_update_slug_check BEFORE UPDATE ON classifier
  FOR EACH ROW WHEN ((OLD.slug LIKE '$%' OR NEW.slug LIKE '$%') AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');

CREATE OR REPLACE TRIGGER classifier_is_kept BEFORE DELETE OR TRUNCATE ON classifier
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set archived_at instead');

ALTER TABLE classifier
  ENABLE ALWAYS TRIGGER classifier_stays,
  ENABLE ALWAYS TRIGGER classifier_insert_slug_check,
  ENABLE ALWAYS TRIGGER classifier_update_slug_check,
  ENABLE ALWAYS TRIGGER classifier_is_kept;
