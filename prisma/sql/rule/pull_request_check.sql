CREATE OR REPLACE TRIGGER pull_request_check_touch BEFORE UPDATE ON pull_request_check
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER pull_request_check_stays BEFORE UPDATE ON pull_request_check
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.pull_request_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.pull_request_id)
  )
  EXECUTE FUNCTION refuse('a check stays with its pull request');

CREATE OR REPLACE TRIGGER pull_request_check_is_kept BEFORE DELETE OR TRUNCATE ON pull_request_check
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('checks are kept');

ALTER TABLE pull_request_check
  ENABLE ALWAYS TRIGGER pull_request_check_stays,
  ENABLE ALWAYS TRIGGER pull_request_check_is_kept;
