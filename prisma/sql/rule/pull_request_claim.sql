-- Records that a pull request passes to another session or to none, whichever program writes it. A session that was created
-- in the same transaction was spawned with the pull request.
CREATE OR REPLACE FUNCTION record_pull_request_claim() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO pull_request_claim (organization_id, pull_request_id, how, from_session_id, to_session_id) VALUES (
    NEW.organization_id,
    NEW.id,
    CASE
      WHEN NEW.session_id IS NULL THEN 'RELEASE'
      WHEN EXISTS (
        SELECT FROM session_standing k WHERE k.session_id = NEW.session_id AND k.created_xid = pg_current_xact_id()
      ) THEN 'SPAWN'
      WHEN OLD.session_id IS NULL THEN 'CLAIM'
      ELSE 'TAKEOVER'
    END::pull_request_claim_kind,
    OLD.session_id,
    NEW.session_id
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes history with the owner's rights.
REVOKE EXECUTE ON FUNCTION record_pull_request_claim() FROM PUBLIC;

CREATE OR REPLACE TRIGGER pull_request_insert_claim AFTER INSERT ON pull_request
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION record_pull_request_claim();
CREATE OR REPLACE TRIGGER pull_request_update_claim AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.session_id IS DISTINCT FROM NEW.session_id) EXECUTE FUNCTION record_pull_request_claim();

CREATE OR REPLACE TRIGGER pull_request_claim_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON pull_request_claim
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the history of claims is kept as it was written');

ALTER TABLE pull_request
  ENABLE ALWAYS TRIGGER pull_request_insert_claim,
  ENABLE ALWAYS TRIGGER pull_request_update_claim;
ALTER TABLE pull_request_claim ENABLE ALWAYS TRIGGER pull_request_claim_is_kept;
