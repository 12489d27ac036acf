-- workspace → WORKSPACE_CREATED, WORKSPACE_UPDATED, WORKSPACE_MOVED, WORKSPACE_REMOVED
--
-- A statement trigger, because row triggers would write the events in the order in which a statement happens to change
-- its rows. This trigger writes a parent before its children, and a removed child before its parent. The subjects of an
-- event are the workspace and all workspaces above it; for a move, also those above its old place.
--
-- The image leaves out `path` and `depth`, which follow from the names: a move is one event, and the workspaces below
-- cause none. It leaves out `spec`, which has no size limit.
--
-- The functions set `extra_float_digits`, or else the writer's setting would round the error rate in the feed.
CREATE OR REPLACE FUNCTION workspace_change(w workspace, changed text[]) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object('changed', changed, 'row', jsonb_build_object(
  'id', global_id('Workspace', w.id),
  'name', w.name,
  'parent', global_id('Workspace', w.parent_id),
  'role', w.role,
  'status', w.status,
  'runtime', w.runtime,
  'tier', w.tier,
  'model', w.model,
  'plugins', w.plugins,
  'lastHeartbeatAt', date_time(w.last_heartbeat_at),
  'errorRate', w.error_rate,
  'sampleError', w.sample_error,
  'activeTasks', w.active_tasks,
  'currentTask', w.current_task,
  'uptimeSeconds', w.uptime_seconds,
  'import', global_id('OrgImport', w.import_id),
  'importDocument', w.import_document,
  'createdAt', date_time(w.created_at),
  'updatedAt', date_time(w.updated_at),
  'removedAt', date_time(w.removed_at)
));

CREATE OR REPLACE FUNCTION capture_new_workspaces() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET extra_float_digits = 1
AS $$
BEGIN
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload)
  SELECT w.organization_id, 'WORKSPACE_CREATED', 'Workspace', w.id, workspace_lineage(w.id), workspace_change(w, '{}')
    FROM new_rows n JOIN workspace w ON w.id = n.id
   ORDER BY w.depth, w.path;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION capture_changed_workspaces() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET extra_float_digits = 1
AS $$
BEGIN
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload)
  -- Every row is in both tables, so an inner join would suffice. But PostgreSQL never runs a FULL JOIN as a nested loop.
  -- A nested loop, cached in a plan for a single row, would take quadratic time for ten thousand rows.
  WITH change AS MATERIALIZED (
    SELECT
      n.id, o.parent_id AS old_parent_id,
      CASE
        WHEN n.status = 'REMOVED' AND o.status <> 'REMOVED' THEN 'WORKSPACE_REMOVED'
        WHEN n.parent_id IS DISTINCT FROM o.parent_id THEN 'WORKSPACE_MOVED'
        ELSE 'WORKSPACE_UPDATED'
      END AS type,
      -- Of a heartbeat's values, only the number of tasks and the current task are changes. The others would cause an
      -- event with every heartbeat.
      array_remove(ARRAY[
        CASE WHEN n.active_tasks    IS DISTINCT FROM o.active_tasks    THEN 'activeTasks' END,
        CASE WHEN n.created_at      IS DISTINCT FROM o.created_at      THEN 'createdAt' END,
        CASE WHEN n.current_task    IS DISTINCT FROM o.current_task    THEN 'currentTask' END,
        CASE WHEN n.import_id       IS DISTINCT FROM o.import_id       THEN 'import' END,
        CASE WHEN n.import_document IS DISTINCT FROM o.import_document THEN 'importDocument' END,
        CASE WHEN n.model           IS DISTINCT FROM o.model           THEN 'model' END,
        CASE WHEN n.name            IS DISTINCT FROM o.name            THEN 'name' END,
        CASE WHEN n.parent_id       IS DISTINCT FROM o.parent_id       THEN 'parent' END,
        CASE WHEN n.plugins         IS DISTINCT FROM o.plugins         THEN 'plugins' END,
        CASE WHEN n.removed_at      IS DISTINCT FROM o.removed_at      THEN 'removedAt' END,
        CASE WHEN n.role            IS DISTINCT FROM o.role            THEN 'role' END,
        CASE WHEN n.runtime         IS DISTINCT FROM o.runtime         THEN 'runtime' END,
        CASE WHEN n.spec            IS DISTINCT FROM o.spec            THEN 'spec' END,
        CASE WHEN n.status          IS DISTINCT FROM o.status          THEN 'status' END,
        CASE WHEN n.tier            IS DISTINCT FROM o.tier            THEN 'tier' END
      ], NULL) AS changed
    FROM new_rows n FULL JOIN old_rows o ON o.id = n.id
  )
  SELECT
    w.organization_id, c.type, 'Workspace', w.id,
    CASE c.type
      WHEN 'WORKSPACE_MOVED' THEN
        ARRAY(SELECT unnest(workspace_lineage(w.id)) UNION SELECT unnest(workspace_lineage(c.old_parent_id)))
      ELSE workspace_lineage(w.id)
    END,
    workspace_change(w, c.changed) || CASE c.type
      WHEN 'WORKSPACE_MOVED' THEN jsonb_build_object(
        'from', global_id('Workspace', c.old_parent_id), 'to', global_id('Workspace', w.parent_id)
      )
      ELSE '{}'
    END
  FROM change c JOIN workspace w ON w.id = c.id
  WHERE c.changed <> '{}'
  ORDER BY CASE c.type WHEN 'WORKSPACE_REMOVED' THEN -w.depth ELSE w.depth END, w.path;
  RETURN NULL;
END
$$;

-- Only triggers may call them: they write into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_new_workspaces(), capture_changed_workspaces() FROM PUBLIC;

CREATE OR REPLACE TRIGGER workspace_insert_capture AFTER INSERT ON workspace
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION capture_new_workspaces();
CREATE OR REPLACE TRIGGER workspace_update_capture AFTER UPDATE ON workspace
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION capture_changed_workspaces();

ALTER TABLE workspace
  ENABLE ALWAYS TRIGGER workspace_insert_capture,
  ENABLE ALWAYS TRIGGER workspace_update_capture;
