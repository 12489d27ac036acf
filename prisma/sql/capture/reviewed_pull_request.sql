-- reviewed_pull_request → AGENT_REVIEW_RECORDED
-- A row is never updated (rule/reviewed_pull_request.sql).
CREATE OR REPLACE FUNCTION capture_reviewed_pull_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id, 'AGENT_REVIEW_RECORDED', 'ReviewedPullRequest', NEW.id, ARRAY[NEW.id, NEW.agent_id],
    jsonb_build_object('changed', '{}'::text[], 'row', jsonb_build_object(
      'id', global_id('ReviewedPullRequest', NEW.id),
      'agent', global_id('Agent', NEW.agent_id),
      'repo', repo_image(NEW.repo_owner, NEW.repo_name),
      'number', NEW.number,
      'reviewedAt', date_time(NEW.reviewed_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_reviewed_pull_request() FROM PUBLIC;

CREATE OR REPLACE TRIGGER reviewed_pull_request_capture AFTER INSERT ON reviewed_pull_request
  FOR EACH ROW EXECUTE FUNCTION capture_reviewed_pull_request();

ALTER TABLE reviewed_pull_request ENABLE ALWAYS TRIGGER reviewed_pull_request_capture;
