CREATE OR REPLACE TRIGGER watcher_window_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON watcher_window
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what a watcher found is kept as it was recorded');

ALTER TABLE watcher_window ENABLE ALWAYS TRIGGER watcher_window_is_kept;
