-- abandoned_pull_request keeps the open pull requests that terminated sessions hold, so that lists of them are pages of an
-- index. Whatever changes the session of a pull request, or its state, or ends a session, writes the standing of each
-- session that it concerns. The trigger fires with that write, and its transaction has locked the standing. So of two
-- concurrent changes, the second sees the first, and no two transactions write the row of one pull request at a time.
CREATE OR REPLACE FUNCTION keep_abandoned_pull_requests() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  DELETE FROM abandoned_pull_request a
   WHERE a.session_id = NEW.session_id
     AND (NEW.lane <> 'ARCHIVE' OR NOT EXISTS (
       SELECT FROM pull_request p
        WHERE p.id = a.pull_request_id AND p.session_id = NEW.session_id AND p.state IN ('DRAFT', 'OPEN')
     ));
  INSERT INTO abandoned_pull_request AS a
    (pull_request_id, organization_id, session_id, project_id, spawned_by_id, agent_id, since)
  SELECT p.id, NEW.organization_id, NEW.session_id, NEW.project_id, NEW.spawned_by_id, NEW.agent_id,
         NEW.lane_since
    FROM pull_request p
   WHERE p.session_id = NEW.session_id AND p.state IN ('DRAFT', 'OPEN') AND NEW.lane = 'ARCHIVE'
  ON CONFLICT (pull_request_id) DO UPDATE
    SET session_id = excluded.session_id, project_id = excluded.project_id, spawned_by_id = excluded.spawned_by_id,
        agent_id = excluded.agent_id, since = excluded.since
   WHERE (a.session_id, a.since) IS DISTINCT FROM (excluded.session_id, excluded.since);
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes with the owner's rights.
REVOKE EXECUTE ON FUNCTION keep_abandoned_pull_requests() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_standing_abandon AFTER UPDATE ON session_standing
  FOR EACH ROW WHEN ('ARCHIVE' IN (OLD.lane, NEW.lane)) EXECUTE FUNCTION keep_abandoned_pull_requests();

ALTER TABLE session_standing ENABLE ALWAYS TRIGGER session_standing_abandon;
