CREATE OR REPLACE TRIGGER workspace_touch BEFORE UPDATE ON workspace
  FOR EACH ROW WHEN (
    OLD.* IS DISTINCT FROM NEW.* AND (OLD.path, OLD.depth) IS NOT DISTINCT FROM (NEW.path, NEW.depth)
  )
  EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER workspace_stays BEFORE UPDATE ON workspace
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.created_at)
  )
  EXECUTE FUNCTION refuse('a workspace stays in its organization');

CREATE OR REPLACE TRIGGER workspace_removed_stays BEFORE UPDATE ON workspace
  FOR EACH ROW WHEN (OLD.status = 'REMOVED' AND OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION refuse('a removed workspace stays as it was');

CREATE OR REPLACE TRIGGER workspace_is_kept BEFORE DELETE OR TRUNCATE ON workspace
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set its status to REMOVED instead');

-- Only the trigger functions below write the path: inside of one, pg_trigger_depth() is at least 1.
CREATE OR REPLACE TRIGGER workspace_path_stays BEFORE UPDATE ON workspace
  FOR EACH ROW WHEN ((OLD.path, OLD.depth) IS DISTINCT FROM (NEW.path, NEW.depth) AND pg_trigger_depth() = 0)
  EXECUTE FUNCTION refuse('the path follows from the names');

-- Fires before workspace_status_stays, which checks the status that it sets.
CREATE OR REPLACE FUNCTION bring_external_online() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.status := 'ONLINE';
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER workspace_external BEFORE INSERT OR UPDATE ON workspace
  FOR EACH ROW WHEN (NEW.status = 'PROVISIONING' AND is_external_workspace(NEW.runtime, NEW.spec))
  EXECUTE FUNCTION bring_external_online();

-- How a status may change: see workspace_status_transition.
CREATE OR REPLACE FUNCTION check_workspace_status() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM workspace_status_transition t WHERE t.from_status = OLD.status AND t.to_status = NEW.status
  ) THEN
    RAISE EXCEPTION 'A workspace does not go from % to %.', OLD.status, NEW.status
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'workspace_status_check', TABLE = 'workspace';
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER workspace_status_stays BEFORE UPDATE ON workspace
  FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION check_workspace_status();

CREATE OR REPLACE FUNCTION lock_tree_of_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM lock_org_tree(NEW.organization_id);
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER workspace_insert_lock BEFORE INSERT ON workspace
  FOR EACH ROW EXECUTE FUNCTION lock_tree_of_workspace();
CREATE OR REPLACE TRIGGER workspace_update_lock BEFORE UPDATE ON workspace
  FOR EACH ROW WHEN (
    (OLD.parent_id, OLD.name) IS DISTINCT FROM (NEW.parent_id, NEW.name) OR (OLD.status <> 'REMOVED' AND NEW.status = 'REMOVED')
  )
  EXECUTE FUNCTION lock_tree_of_workspace();

-- Fills in the path of a new workspace. PostgreSQL fires triggers in the order of their names: the tree is locked by now.
CREATE OR REPLACE FUNCTION place_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  parent workspace;
BEGIN
  SELECT * INTO parent FROM workspace w WHERE w.id = NEW.parent_id AND w.organization_id = NEW.organization_id;
  NEW.path := coalesce(parent.path || E'\x01', '') || NEW.name;
  NEW.depth := coalesce(parent.depth + 1, 0);
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER workspace_path BEFORE INSERT ON workspace
  FOR EACH ROW EXECUTE FUNCTION place_workspace();

CREATE OR REPLACE FUNCTION check_new_workspaces() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF EXISTS (
    SELECT FROM new_rows n JOIN workspace p ON p.id = n.parent_id WHERE p.status = 'REMOVED' AND n.status <> 'REMOVED'
  ) THEN
    RAISE EXCEPTION 'The parent of a live workspace is removed.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'workspace_parent_live_check', TABLE = 'workspace';
  END IF;
  -- Without its parent's path it could not get its own.
  IF EXISTS (SELECT FROM new_rows n JOIN workspace p ON p.id = n.parent_id WHERE n.depth <> p.depth + 1) THEN
    RAISE EXCEPTION 'A workspace is inserted before its parent.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'workspace_parent_first_check', TABLE = 'workspace';
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER workspace_insert_check AFTER INSERT ON workspace
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION check_new_workspaces();

-- What holds of a tree as a whole is checked when a statement has ended, so that one statement can move or remove many.
CREATE OR REPLACE FUNCTION check_changed_workspaces() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  -- EXCEPT, not a join: a plan that was cached for one row would join ten thousand in a nested loop.
  placed CONSTANT uuid[] := ARRAY(
    SELECT c.id FROM (SELECT id, parent_id, name FROM new_rows EXCEPT SELECT id, parent_id, name FROM old_rows) c
  );
  removed CONSTANT uuid[] := ARRAY(
    SELECT id FROM new_rows WHERE status = 'REMOVED' EXCEPT SELECT id FROM old_rows WHERE status = 'REMOVED'
  );
  is_cycle boolean;
  below uuid[];
BEGIN
  IF placed <> '{}' THEN
    -- A walk up from each row. The tree had no cycle before, so that every cycle leads through such a row.
    WITH RECURSIVE above AS (
      SELECT w.id AS origin, w.parent_id AS id, 1 AS level FROM workspace w WHERE w.id = ANY (placed)
      UNION ALL
      SELECT a.origin, w.parent_id, a.level + 1
        FROM above a JOIN workspace w ON w.id = a.id WHERE a.id <> a.origin AND a.level <= 64
    )
    SELECT coalesce(bool_or(a.id = a.origin), false), array_agg(a.origin) FILTER (WHERE a.id = ANY (placed))
      INTO is_cycle, below FROM above a;
    IF is_cycle THEN
      RAISE EXCEPTION 'A workspace would be below itself.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'workspace_cycle_check', TABLE = 'workspace';
    END IF;

    -- New paths, from the topmost of these rows down.
    WITH RECURSIVE tree AS (
      SELECT w.id, coalesce(p.path || E'\x01', '') || w.name AS path, coalesce(p.depth + 1, 0) AS depth
        FROM workspace w LEFT JOIN workspace p ON p.id = w.parent_id
       WHERE w.id = ANY (placed) AND w.id <> ALL (coalesce(below, '{}')) AND w.status <> 'REMOVED'
      UNION ALL
      SELECT w.id, t.path || E'\x01' || w.name, t.depth + 1
        FROM tree t JOIN workspace w ON w.parent_id = t.id WHERE w.status <> 'REMOVED'
    )
    UPDATE workspace w SET path = t.path, depth = t.depth FROM tree t
     WHERE w.id = t.id AND (w.path, w.depth) IS DISTINCT FROM (t.path, t.depth);
  END IF;

  IF EXISTS (
    SELECT FROM workspace w JOIN workspace p ON p.id = w.parent_id
     WHERE w.id = ANY (placed) AND w.status <> 'REMOVED' AND p.status = 'REMOVED'
    UNION ALL
    SELECT FROM workspace w WHERE w.parent_id = ANY (removed) AND w.status <> 'REMOVED'
  ) THEN
    RAISE EXCEPTION 'The parent of a live workspace is removed.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'workspace_parent_live_check', TABLE = 'workspace',
            HINT = 'Remove a workspace in one statement with everything below it.';
  END IF;

  IF removed <> '{}' THEN
    UPDATE workspace_schedule s SET enabled = false, next_run_at = NULL
     WHERE s.workspace_id = ANY (removed) AND s.enabled;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER workspace_update_check AFTER UPDATE ON workspace
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION check_changed_workspaces();

-- An agent works only in a workspace that is live. The workspace's row is locked meanwhile, so that a removal comes
-- before or after.
CREATE OR REPLACE FUNCTION seat_in_live_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  current_status workspace_status;
BEGIN
  -- FOR NO KEY UPDATE, because follow_agents() is about to change it: two that both held FOR SHARE would deadlock.
  SELECT w.status INTO current_status FROM workspace w WHERE w.id = NEW.workspace_id FOR NO KEY UPDATE;
  IF current_status = 'REMOVED' THEN
    RAISE EXCEPTION 'A removed workspace takes no agent.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'agent_workspace_live_check', TABLE = 'agent';
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER agent_insert_workspace_check BEFORE INSERT ON agent
  FOR EACH ROW WHEN (NEW.workspace_id IS NOT NULL AND NEW.status <> 'STOPPED')
  EXECUTE FUNCTION seat_in_live_workspace();
CREATE OR REPLACE TRIGGER agent_update_workspace_check BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (NEW.workspace_id IS DISTINCT FROM OLD.workspace_id AND NEW.status <> 'STOPPED')
  EXECUTE FUNCTION seat_in_live_workspace();
CREATE OR REPLACE TRIGGER agent_workspace_stays BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (OLD.workspace_id IS NOT NULL AND NEW.workspace_id IS DISTINCT FROM OLD.workspace_id)
  EXECUTE FUNCTION refuse('an agent stays in its workspace; hire another one for another workspace');

-- A removed workspace has no agent that is not offboarded. Checked at the end of the transaction: an agent is offboarded
-- after its workspace is marked, so that the feed tells of the workspace as removed and not as vacant.
CREATE OR REPLACE FUNCTION check_workspace_vacated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF EXISTS (SELECT FROM agent a WHERE a.workspace_id = NEW.id AND a.status <> 'STOPPED') THEN
    RAISE EXCEPTION 'An agent still works in workspace %.', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'workspace_vacated_check', TABLE = 'workspace',
            HINT = 'Offboard the agent in the same transaction.';
  END IF;
  RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS workspace_vacated_check ON workspace;
CREATE CONSTRAINT TRIGGER workspace_vacated_check AFTER UPDATE ON workspace
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.status = 'REMOVED' AND OLD.status <> 'REMOVED')
  EXECUTE FUNCTION check_workspace_vacated();

-- The status of a workspace follows its agent: PROVISIONING while nobody works there or the container starts, ONLINE
-- once the agent is RUNNING, FAILED when the agent is in ERROR. Heartbeats belong to the agent that sent them.
CREATE OR REPLACE FUNCTION follow_agents() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  running uuid[];
  failed uuid[];
  waiting uuid[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT
      array_agg(n.workspace_id) FILTER (WHERE n.status = 'RUNNING'),
      array_agg(n.workspace_id) FILTER (WHERE n.status = 'ERROR'),
      array_agg(n.workspace_id) FILTER (WHERE n.status = 'PENDING')
      INTO running, failed, waiting
      FROM new_rows n WHERE n.workspace_id IS NOT NULL;
  ELSE
    SELECT
      array_agg(c.workspace_id) FILTER (WHERE c.status = 'RUNNING'),
      array_agg(c.workspace_id) FILTER (WHERE c.status = 'ERROR'),
      array_agg(c.workspace_id) FILTER (WHERE c.status IN ('PENDING', 'STOPPED'))
      INTO running, failed, waiting
      FROM (
        SELECT id, workspace_id, status FROM new_rows EXCEPT SELECT id, workspace_id, status FROM old_rows
      ) c
     WHERE c.workspace_id IS NOT NULL;
  END IF;
  IF running IS NOT NULL THEN
    -- A heartbeat may have come before the start was noted.
    UPDATE workspace w SET status = 'ONLINE' WHERE w.id = ANY (running) AND w.status = 'PROVISIONING';
  END IF;
  IF failed IS NOT NULL THEN
    UPDATE workspace w SET status = 'FAILED', active_tasks = 0, current_task = NULL
     WHERE w.id = ANY (failed) AND w.status NOT IN ('FAILED', 'REMOVED');
  END IF;
  IF waiting IS NOT NULL THEN
    UPDATE workspace w
       SET status = 'PROVISIONING', last_heartbeat_at = NULL, error_rate = NULL, sample_error = NULL, active_tasks = 0,
           current_task = NULL, uptime_seconds = NULL
     WHERE w.id = ANY (waiting) AND w.status NOT IN ('PROVISIONING', 'REMOVED');
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER agent_insert_seat AFTER INSERT ON agent
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION follow_agents();
CREATE OR REPLACE TRIGGER agent_update_seat AFTER UPDATE ON agent
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION follow_agents();

REVOKE EXECUTE ON FUNCTION check_workspace_status(), lock_tree_of_workspace(), place_workspace(), check_new_workspaces(),
  check_changed_workspaces(), seat_in_live_workspace(), check_workspace_vacated(), follow_agents() FROM PUBLIC;

ALTER TABLE workspace
  ENABLE ALWAYS TRIGGER workspace_stays,
  ENABLE ALWAYS TRIGGER workspace_removed_stays,
  ENABLE ALWAYS TRIGGER workspace_is_kept,
  ENABLE ALWAYS TRIGGER workspace_path_stays,
  ENABLE ALWAYS TRIGGER workspace_external,
  ENABLE ALWAYS TRIGGER workspace_status_stays,
  ENABLE ALWAYS TRIGGER workspace_insert_lock,
  ENABLE ALWAYS TRIGGER workspace_update_lock,
  ENABLE ALWAYS TRIGGER workspace_insert_check,
  ENABLE ALWAYS TRIGGER workspace_update_check,
  ENABLE ALWAYS TRIGGER workspace_vacated_check;
ALTER TABLE agent
  ENABLE ALWAYS TRIGGER agent_insert_workspace_check,
  ENABLE ALWAYS TRIGGER agent_update_workspace_check,
  ENABLE ALWAYS TRIGGER agent_workspace_stays,
  ENABLE ALWAYS TRIGGER agent_insert_seat,
  ENABLE ALWAYS TRIGGER agent_update_seat;
