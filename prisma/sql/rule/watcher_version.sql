CREATE OR REPLACE TRIGGER watcher_version_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON watcher_version
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('windows of the past show the version that they ran with');

-- The watcher's row is locked until the transaction ends, so that two of its versions do not get the same number.
CREATE OR REPLACE FUNCTION number_watcher_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM FROM watcher p WHERE p.id = NEW.watcher_id FOR NO KEY UPDATE;
  SELECT coalesce(max(v.version), 0) + 1 INTO NEW.version FROM watcher_version v WHERE v.watcher_id = NEW.watcher_id;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION number_watcher_version() FROM PUBLIC;

CREATE OR REPLACE TRIGGER watcher_version_numbering BEFORE INSERT ON watcher_version
  FOR EACH ROW EXECUTE FUNCTION number_watcher_version();

ALTER TABLE watcher_version ENABLE ALWAYS TRIGGER watcher_version_is_kept;
