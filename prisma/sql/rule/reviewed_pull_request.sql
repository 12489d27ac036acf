CREATE OR REPLACE TRIGGER reviewed_pull_request_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON reviewed_pull_request
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what was reviewed stays reviewed');

ALTER TABLE reviewed_pull_request ENABLE ALWAYS TRIGGER reviewed_pull_request_is_kept;
