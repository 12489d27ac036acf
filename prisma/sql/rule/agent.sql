CREATE OR REPLACE TRIGGER agent_touch BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

-- Refuses impossible changes of an agent's status. STOPPED is final: the successor of a stopped agent is another agent.
CREATE OR REPLACE TRIGGER agent_status_stays BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (
    OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
      ('PENDING', 'RUNNING'),
      ('PENDING', 'ERROR'),
      ('PENDING', 'STOPPED'),
      ('RUNNING', 'ERROR'),
      ('RUNNING', 'STOPPED'),
      ('ERROR', 'STOPPED')
    )
  )
  EXECUTE FUNCTION refuse('an agent does not go from that status to this one');

CREATE OR REPLACE TRIGGER agent_stays BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.hired_by_id, OLD.hired_at, OLD.template_agent_id) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.hired_by_id, NEW.hired_at, NEW.template_agent_id)
  )
  EXECUTE FUNCTION refuse('an agent stays who was hired, by whom, where and when');

-- Its reference is all that leads to a container. It goes when the agent ends, and release_agent_holdings passes it on.
CREATE OR REPLACE TRIGGER agent_container_stays BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (
    OLD.container_ref IS NOT NULL AND NEW.container_ref IS DISTINCT FROM OLD.container_ref
    AND NEW.status IN ('PENDING', 'RUNNING')
  )
  EXECUTE FUNCTION refuse('an agent keeps its container until it ends');

-- Records when an agent fails, whichever program writes it. Later changes of the agent leave the time as it is.
CREATE OR REPLACE FUNCTION record_agent_failure() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.failed_at := CASE WHEN NEW.status = 'ERROR' THEN pg_catalog.now() END;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER agent_insert_failure BEFORE INSERT ON agent
  FOR EACH ROW WHEN (NEW.status = 'ERROR') EXECUTE FUNCTION record_agent_failure();
CREATE OR REPLACE TRIGGER agent_update_failure BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION record_agent_failure();

CREATE OR REPLACE TRIGGER agent_is_kept BEFORE DELETE OR TRUNCATE ON agent
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('offboard it instead');

-- An agent may hold repositories and live sessions only while it is RUNNING, and tokens only until it has ended. The
-- check locks the agent's row. A transaction that ends the agent therefore runs either before it, and the check refuses,
-- or after it, and releases the new holding.
CREATE OR REPLACE FUNCTION hold_by_working_agent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  current_status agent_status;
  may_hold boolean;
BEGIN
  SELECT a.status INTO current_status FROM agent a WHERE a.id = NEW.agent_id FOR SHARE;
  may_hold := CASE TG_TABLE_NAME
    WHEN 'token' THEN current_status IN ('PENDING', 'RUNNING')
    ELSE current_status = 'RUNNING'
  END;
  -- The status is NULL when the agent does not exist. The foreign key then refuses the row.
  IF NOT may_hold THEN
    RAISE EXCEPTION 'An agent that is % holds no new %.', current_status, TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0], TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER watched_repo_agent_check BEFORE INSERT ON watched_repo
  FOR EACH ROW EXECUTE FUNCTION hold_by_working_agent('watched_repo_agent_check');
CREATE OR REPLACE TRIGGER token_agent_check BEFORE INSERT ON token
  FOR EACH ROW WHEN (NEW.agent_id IS NOT NULL AND NEW.revoked_at IS NULL)
  EXECUTE FUNCTION hold_by_working_agent('token_agent_check');
CREATE OR REPLACE TRIGGER session_insert_agent_check BEFORE INSERT ON session
  FOR EACH ROW WHEN (NEW.agent_id IS NOT NULL AND NOT NEW.is_terminated)
  EXECUTE FUNCTION hold_by_working_agent('session_agent_check');
CREATE OR REPLACE TRIGGER session_update_agent_check BEFORE UPDATE ON session
  FOR EACH ROW WHEN (NEW.agent_id IS NOT NULL AND OLD.is_terminated AND NOT NEW.is_terminated)
  EXECUTE FUNCTION hold_by_working_agent('session_agent_check');

-- Releases everything that an ended agent holds, in the statement that ends it: its repositories are free for another
-- agent, its sessions are terminated (so that their pull requests can be claimed without a takeover), its tokens are
-- revoked, and a job removes its container. No transaction sees an ended agent that still holds something.
CREATE OR REPLACE FUNCTION release_agent_holdings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  DELETE FROM watched_repo w WHERE w.agent_id = NEW.id;
  UPDATE session s SET is_terminated = true, activity_state = 'EXITED', activity_last_at = now()
   WHERE s.agent_id = NEW.id AND NOT s.is_terminated;
  UPDATE token t SET revoked_at = now() WHERE t.agent_id = NEW.id AND t.revoked_at IS NULL;
  IF OLD.container_ref IS NOT NULL THEN
    PERFORM enqueue_job(
      'agent.teardown', jsonb_build_object('agentId', NEW.id, 'containerRef', OLD.container_ref)
    );
  END IF;
  RETURN NULL;
END
$$;

-- PostgreSQL fires triggers in the order of their names. This one fires before agent_capture, so that the feed delivers
-- the changes of the agent's holdings before the change of the agent.
CREATE OR REPLACE TRIGGER agent_before_capture_release AFTER UPDATE ON agent
  FOR EACH ROW WHEN (OLD.status IN ('PENDING', 'RUNNING') AND NEW.status IN ('STOPPED', 'ERROR'))
  EXECUTE FUNCTION release_agent_holdings();

REVOKE EXECUTE ON FUNCTION hold_by_working_agent(), release_agent_holdings(), record_agent_failure() FROM PUBLIC;

ALTER TABLE agent
  ENABLE ALWAYS TRIGGER agent_status_stays,
  ENABLE ALWAYS TRIGGER agent_stays,
  ENABLE ALWAYS TRIGGER agent_container_stays,
  ENABLE ALWAYS TRIGGER agent_insert_failure,
  ENABLE ALWAYS TRIGGER agent_update_failure,
  ENABLE ALWAYS TRIGGER agent_is_kept,
  ENABLE ALWAYS TRIGGER agent_before_capture_release;
ALTER TABLE watched_repo ENABLE ALWAYS TRIGGER watched_repo_agent_check;
ALTER TABLE token ENABLE ALWAYS TRIGGER token_agent_check;
ALTER TABLE session
  ENABLE ALWAYS TRIGGER session_insert_agent_check,
  ENABLE ALWAYS TRIGGER session_update_agent_check;
