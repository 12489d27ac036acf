CREATE OR REPLACE TRIGGER pull_request_review_thread_touch BEFORE UPDATE ON pull_request_review_thread
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER pull_request_review_thread_stays BEFORE UPDATE ON pull_request_review_thread
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.pull_request_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.pull_request_id)
  )
  EXECUTE FUNCTION refuse('a review thread stays with its pull request');

CREATE OR REPLACE TRIGGER pull_request_review_thread_is_kept BEFORE DELETE OR TRUNCATE ON pull_request_review_thread
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set is_resolved instead');

ALTER TABLE pull_request_review_thread
  ENABLE ALWAYS TRIGGER pull_request_review_thread_stays,
  ENABLE ALWAYS TRIGGER pull_request_review_thread_is_kept;
