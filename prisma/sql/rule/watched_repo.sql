CREATE OR REPLACE TRIGGER watched_repo_stays BEFORE UPDATE ON watched_repo
  FOR EACH ROW EXECUTE FUNCTION refuse('release the repository, and watch it anew');

CREATE OR REPLACE TRIGGER watched_repo_is_kept BEFORE TRUNCATE ON watched_repo
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('delete the rows instead');

ALTER TABLE watched_repo
  ENABLE ALWAYS TRIGGER watched_repo_stays,
  ENABLE ALWAYS TRIGGER watched_repo_is_kept;
