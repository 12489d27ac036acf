CREATE OR REPLACE TRIGGER watcher_touch BEFORE UPDATE ON watcher
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER watcher_local_touch BEFORE UPDATE ON watcher
  FOR EACH ROW WHEN (
    (OLD.slug, OLD.name, OLD.description, OLD.schedule, OLD.current_version_id) IS DISTINCT FROM
    (NEW.slug, NEW.name, NEW.description, NEW.schedule, NEW.current_version_id)
    AND NEW.mirrored_at IS DISTINCT FROM now()::timestamptz(3)
  )
  EXECUTE FUNCTION mark_local_change();

CREATE OR REPLACE TRIGGER watcher_stays BEFORE UPDATE ON watcher
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.created_at)
  )
  EXECUTE FUNCTION refuse('a watcher stays in its organization');

CREATE OR REPLACE TRIGGER watcher_insert_slug_check BEFORE INSERT ON watcher
  FOR EACH ROW WHEN (NEW.slug LIKE '$%' AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');
CREATE OR REPLACE TRIGGER watcher_update_slug_check BEFORE UPDATE ON watcher
  FOR EACH ROW WHEN ((OLD.slug LIKE '$%' OR NEW.slug LIKE '$%') AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');

CREATE OR REPLACE TRIGGER watcher_is_kept BEFORE DELETE OR TRUNCATE ON watcher
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set archived_at instead');

ALTER TABLE watcher
  ENABLE ALWAYS TRIGGER watcher_stays,
  ENABLE ALWAYS TRIGGER watcher_insert_slug_check,
  ENABLE ALWAYS TRIGGER watcher_update_slug_check,
  ENABLE ALWAYS TRIGGER watcher_is_kept;
