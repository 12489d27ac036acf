-- workspaces

-- >>> prisma/sql/function/workspace.sql
-- Taken before anything that changes the shape of an organization's tree, or who works where in it, and kept until the
-- transaction ends: two moves that are each fine could make a cycle together, and a removal must not miss an agent that
-- is hired meanwhile.
CREATE OR REPLACE FUNCTION lock_org_tree(organization_id uuid) RETURNS void
LANGUAGE sql VOLATILE
RETURN pg_advisory_xact_lock(hashtextextended('muster.org_tree.' || organization_id, 0));

-- The workspace and everything above it, as ids. An unknown id gives an empty array. A tree has at most 64 levels.
CREATE OR REPLACE FUNCTION workspace_lineage(workspace_id uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN ARRAY(
    WITH RECURSIVE lineage AS (
      SELECT w.id, w.parent_id, 1 AS level FROM workspace w WHERE w.id = workspace_id
      UNION ALL
      SELECT w.id, w.parent_id, l.level + 1 FROM lineage l JOIN workspace w ON w.id = l.parent_id WHERE l.level < 64
    )
    SELECT id FROM lineage
  );
END
$$;

-- Whether its agent runs outside: it has no container, so that it is ONLINE from the start.
CREATE OR REPLACE FUNCTION is_external_workspace(runtime text, spec jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN runtime = 'external' OR coalesce(spec -> 'external' = 'true', false);
-- <<< prisma/sql/function/workspace.sql

-- CreateEnum
CREATE TYPE "workspace_status" AS ENUM ('PROVISIONING', 'ONLINE', 'OFFLINE', 'DEGRADED', 'FAILED', 'REMOVED');

-- CreateEnum
CREATE TYPE "workspace_item_source" AS ENUM ('TEMPLATE', 'RUNTIME');

-- CreateEnum
CREATE TYPE "schedule_outcome" AS ENUM ('SPAWNED', 'RESUMED', 'SKIPPED', 'FAILED');

-- CreateEnum
CREATE TYPE "org_import_mode" AS ENUM ('MERGE', 'RECONCILE');

-- CreateEnum
CREATE TYPE "org_import_status" AS ENUM ('RUNNING', 'COMPLETED', 'FAILED');

-- AlterTable
ALTER TABLE "agent" ADD COLUMN     "workspace_id" UUID;

-- AlterTable
ALTER TABLE "structure_event" ADD COLUMN     "import_id" UUID;

-- CreateTable
CREATE TABLE "workspace_status_transition" (
    "from_status" "workspace_status" NOT NULL,
    "to_status" "workspace_status" NOT NULL,

    CONSTRAINT "workspace_status_transition_pkey" PRIMARY KEY ("from_status","to_status")
);

-- CreateTable
CREATE TABLE "workspace" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "parent_id" UUID,
    "name" TEXT NOT NULL,
    "path" TEXT NOT NULL DEFAULT '',
    "depth" INTEGER NOT NULL DEFAULT 0,
    "role" TEXT,
    "runtime" TEXT NOT NULL DEFAULT 'langgraph',
    "tier" INTEGER NOT NULL DEFAULT 3,
    "model" TEXT,
    "plugins" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "spec" JSONB NOT NULL DEFAULT '{}',
    "status" "workspace_status" NOT NULL DEFAULT 'PROVISIONING',
    "last_heartbeat_at" TIMESTAMPTZ(3),
    "error_rate" DOUBLE PRECISION,
    "sample_error" TEXT,
    "active_tasks" INTEGER NOT NULL DEFAULT 0,
    "current_task" TEXT,
    "uptime_seconds" INTEGER,
    "import_id" UUID,
    "import_document" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "workspace_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workspace_schedule" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "cron_expr" TEXT NOT NULL,
    "timezone" TEXT NOT NULL DEFAULT 'UTC',
    "prompt" TEXT NOT NULL DEFAULT '',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "source" "workspace_item_source" NOT NULL DEFAULT 'RUNTIME',
    "project_id" UUID,
    "next_run_at" TIMESTAMPTZ(3),
    "last_run_at" TIMESTAMPTZ(3),
    "last_outcome" "schedule_outcome",
    "last_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workspace_schedule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workspace_channel" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "config" JSONB NOT NULL DEFAULT '{}',
    "allowed_users" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "source" "workspace_item_source" NOT NULL DEFAULT 'RUNTIME',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workspace_channel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "org_import" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "mode" "org_import_mode" NOT NULL,
    "status" "org_import_status" NOT NULL DEFAULT 'RUNNING',
    "plan_hash" TEXT,
    "created_count" INTEGER NOT NULL DEFAULT 0,
    "skipped_count" INTEGER NOT NULL DEFAULT 0,
    "updated_count" INTEGER NOT NULL DEFAULT 0,
    "moved_count" INTEGER NOT NULL DEFAULT 0,
    "removed_count" INTEGER NOT NULL DEFAULT 0,
    "provisioned_count" INTEGER NOT NULL DEFAULT 0,
    "failed_count" INTEGER NOT NULL DEFAULT 0,
    "duration_ms" INTEGER,
    "warnings" JSONB NOT NULL DEFAULT '[]',
    "error" TEXT,
    "requested_by_kind" "actor_kind" NOT NULL,
    "requested_by_id" UUID,
    "requested_by_name" TEXT NOT NULL,
    "request_id" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "org_import_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "workspace_parent_idx" ON "workspace"("organization_id", "parent_id");

-- CreateIndex
CREATE INDEX "workspace_import_idx" ON "workspace"("import_id");

-- CreateIndex
CREATE UNIQUE INDEX "workspace_tenant_key" ON "workspace"("organization_id", "id");

-- CreateIndex
CREATE INDEX "workspace_schedule_list_idx" ON "workspace_schedule"("workspace_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "workspace_schedule_project_idx" ON "workspace_schedule"("project_id");

-- CreateIndex
CREATE UNIQUE INDEX "workspace_schedule_name_key" ON "workspace_schedule"("organization_id", "workspace_id", "name");

-- CreateIndex
CREATE INDEX "workspace_channel_list_idx" ON "workspace_channel"("workspace_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "workspace_channel_type_key" ON "workspace_channel"("organization_id", "workspace_id", "type");

-- CreateIndex
CREATE INDEX "org_import_list_idx" ON "org_import"("organization_id", "started_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "org_import_tenant_key" ON "org_import"("organization_id", "id");

-- CreateIndex
CREATE INDEX "agent_workspace_idx" ON "agent"("workspace_id");

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_workspace_fkey" FOREIGN KEY ("organization_id", "workspace_id") REFERENCES "workspace"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "workspace" ADD CONSTRAINT "workspace_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "workspace" ADD CONSTRAINT "workspace_parent_fkey" FOREIGN KEY ("organization_id", "parent_id") REFERENCES "workspace"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "workspace" ADD CONSTRAINT "workspace_import_fkey" FOREIGN KEY ("organization_id", "import_id") REFERENCES "org_import"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "workspace_schedule" ADD CONSTRAINT "workspace_schedule_workspace_fkey" FOREIGN KEY ("organization_id", "workspace_id") REFERENCES "workspace"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "workspace_schedule" ADD CONSTRAINT "workspace_schedule_project_fkey" FOREIGN KEY ("organization_id", "project_id") REFERENCES "project"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "workspace_channel" ADD CONSTRAINT "workspace_channel_workspace_fkey" FOREIGN KEY ("organization_id", "workspace_id") REFERENCES "workspace"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "org_import" ADD CONSTRAINT "org_import_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "structure_event" ADD CONSTRAINT "structure_event_import_fkey" FOREIGN KEY ("organization_id", "import_id") REFERENCES "org_import"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

INSERT INTO workspace_status_transition (from_status, to_status) VALUES
  ('PROVISIONING', 'ONLINE'),
  -- By the first heartbeat.
  ('PROVISIONING', 'DEGRADED'),
  ('PROVISIONING', 'FAILED'),
  ('PROVISIONING', 'REMOVED'),
  -- The agent was offboarded.
  ('ONLINE', 'PROVISIONING'),
  ('ONLINE', 'OFFLINE'),
  ('ONLINE', 'DEGRADED'),
  ('ONLINE', 'FAILED'),
  ('ONLINE', 'REMOVED'),
  ('OFFLINE', 'PROVISIONING'),
  ('OFFLINE', 'ONLINE'),
  ('OFFLINE', 'DEGRADED'),
  ('OFFLINE', 'FAILED'),
  ('OFFLINE', 'REMOVED'),
  ('DEGRADED', 'PROVISIONING'),
  ('DEGRADED', 'ONLINE'),
  ('DEGRADED', 'OFFLINE'),
  ('DEGRADED', 'FAILED'),
  ('DEGRADED', 'REMOVED'),
  ('FAILED', 'PROVISIONING'),
  -- An external workspace whose agent was offboarded.
  ('FAILED', 'ONLINE'),
  ('FAILED', 'REMOVED');

ALTER TABLE workspace
  -- One line, without control characters: U+0001 separates the names of a path.
  ADD CONSTRAINT workspace_name_check CHECK (
    length(name) BETWEEN 1 AND 255 AND name = btrim(name) AND name !~ '[\u0001-\u001F\u007F-\u009F\u2028\u2029]'
  ),
  ADD CONSTRAINT workspace_parent_check CHECK (parent_id <> id),
  ADD CONSTRAINT workspace_depth_check CHECK (depth BETWEEN 0 AND 63),
  ADD CONSTRAINT workspace_role_check CHECK (length(role) BETWEEN 1 AND 10000),
  ADD CONSTRAINT workspace_runtime_check CHECK (length(runtime) BETWEEN 1 AND 255),
  ADD CONSTRAINT workspace_tier_check CHECK (tier BETWEEN 1 AND 9),
  ADD CONSTRAINT workspace_model_check CHECK (length(model) BETWEEN 1 AND 255),
  ADD CONSTRAINT workspace_plugins_check CHECK (array_position(plugins, NULL) IS NULL),
  ADD CONSTRAINT workspace_spec_check CHECK (jsonb_typeof(spec) = 'object'),
  ADD CONSTRAINT workspace_error_rate_check CHECK (error_rate BETWEEN 0 AND 1),
  ADD CONSTRAINT workspace_sample_error_check CHECK (length(sample_error) BETWEEN 1 AND 1000),
  ADD CONSTRAINT workspace_active_tasks_check CHECK (active_tasks >= 0),
  ADD CONSTRAINT workspace_current_task_check CHECK (length(current_task) BETWEEN 1 AND 1000),
  ADD CONSTRAINT workspace_uptime_check CHECK (uptime_seconds >= 0),
  -- Without heartbeats there is nothing to miss.
  ADD CONSTRAINT workspace_heartbeat_check CHECK (status NOT IN ('OFFLINE', 'DEGRADED') OR last_heartbeat_at IS NOT NULL),
  ADD CONSTRAINT workspace_stamp_check CHECK (num_nonnulls(import_id, import_document) IN (0, 2)),
  ADD CONSTRAINT workspace_import_document_check CHECK (length(import_document) BETWEEN 1 AND 255),
  ADD CONSTRAINT workspace_removed_check CHECK ((status = 'REMOVED') = (removed_at IS NOT NULL)),
  ADD CONSTRAINT workspace_times_check CHECK (
    is_date_time(last_heartbeat_at) AND is_date_time(created_at) AND is_date_time(updated_at) AND is_date_time(removed_at)
  );

-- Compared byte by byte: U+0001 must come before every other character.
ALTER TABLE workspace ALTER COLUMN path TYPE text COLLATE "C";

CREATE UNIQUE INDEX workspace_name_key ON workspace (organization_id, parent_id, name) NULLS NOT DISTINCT
  WHERE status <> 'REMOVED';
-- The workspaces that could have fallen silent.
CREATE INDEX workspace_heartbeat_idx ON workspace (last_heartbeat_at) WHERE status IN ('ONLINE', 'DEGRADED');

-- A workspace has one agent that is not offboarded.
CREATE UNIQUE INDEX agent_workspace_key ON agent (workspace_id) WHERE status <> 'STOPPED';

ALTER TABLE workspace_schedule
  ADD CONSTRAINT workspace_schedule_name_check CHECK (length(name) BETWEEN 1 AND 255),
  ADD CONSTRAINT workspace_schedule_cron_expr_check CHECK (length(cron_expr) BETWEEN 1 AND 255),
  ADD CONSTRAINT workspace_schedule_timezone_check CHECK (length(timezone) BETWEEN 1 AND 255),
  ADD CONSTRAINT workspace_schedule_prompt_check CHECK (length(prompt) <= 100000),
  ADD CONSTRAINT workspace_schedule_last_reason_check CHECK (length(last_reason) BETWEEN 1 AND 1000),
  ADD CONSTRAINT workspace_schedule_last_run_check CHECK ((last_run_at IS NULL) = (last_outcome IS NULL)),
  ADD CONSTRAINT workspace_schedule_next_run_check CHECK (enabled OR next_run_at IS NULL),
  ADD CONSTRAINT workspace_schedule_times_check CHECK (
    is_date_time(next_run_at) AND is_date_time(last_run_at) AND is_date_time(created_at) AND is_date_time(updated_at)
  );

-- The schedules that come due.
CREATE INDEX workspace_schedule_due_idx ON workspace_schedule (next_run_at) WHERE enabled;

ALTER TABLE workspace_channel
  ADD CONSTRAINT workspace_channel_type_check CHECK (length(type) BETWEEN 1 AND 64),
  ADD CONSTRAINT workspace_channel_config_check CHECK (jsonb_typeof(config) = 'object'),
  ADD CONSTRAINT workspace_channel_allowed_users_check CHECK (array_position(allowed_users, NULL) IS NULL),
  ADD CONSTRAINT workspace_channel_times_check CHECK (is_date_time(created_at) AND is_date_time(updated_at));

ALTER TABLE org_import
  ADD CONSTRAINT org_import_name_check CHECK (length(name) BETWEEN 1 AND 255),
  ADD CONSTRAINT org_import_plan_hash_check CHECK (plan_hash ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT org_import_counts_check CHECK (
    least(created_count, skipped_count, updated_count, moved_count, removed_count, provisioned_count, failed_count) >= 0
  ),
  ADD CONSTRAINT org_import_duration_check CHECK (duration_ms >= 0),
  ADD CONSTRAINT org_import_warnings_check CHECK (jsonb_typeof(warnings) = 'array'),
  ADD CONSTRAINT org_import_finished_check CHECK (
    (status = 'RUNNING') = (finished_at IS NULL) AND (status = 'RUNNING') = (duration_ms IS NULL)
  ),
  ADD CONSTRAINT org_import_error_check CHECK ((status = 'FAILED') = (error IS NOT NULL)),
  ADD CONSTRAINT org_import_times_check CHECK (
    is_date_time(started_at) AND is_date_time(finished_at) AND is_date_time(updated_at)
  );

CREATE INDEX structure_event_import_idx ON structure_event (import_id, occurred_at DESC, id DESC)
  WHERE import_id IS NOT NULL;

-- >>> prisma/sql/rule/org_import.sql
CREATE OR REPLACE TRIGGER org_import_touch BEFORE UPDATE ON org_import
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER org_import_stays BEFORE UPDATE ON org_import
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.name, OLD.mode, OLD.requested_by_kind, OLD.requested_by_id, OLD.requested_by_name, OLD.started_at) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.name, NEW.mode, NEW.requested_by_kind, NEW.requested_by_id, NEW.requested_by_name, NEW.started_at)
  )
  EXECUTE FUNCTION refuse('what was imported, by whom and when, stays as it was');

CREATE OR REPLACE TRIGGER org_import_status_stays BEFORE UPDATE ON org_import
  FOR EACH ROW WHEN (OLD.status <> 'RUNNING' AND OLD.status <> NEW.status)
  EXECUTE FUNCTION refuse('an import ends once');

CREATE OR REPLACE TRIGGER org_import_is_kept BEFORE DELETE OR TRUNCATE ON org_import
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('imports are kept');

ALTER TABLE org_import
  ENABLE ALWAYS TRIGGER org_import_stays,
  ENABLE ALWAYS TRIGGER org_import_status_stays,
  ENABLE ALWAYS TRIGGER org_import_is_kept;
-- <<< prisma/sql/rule/org_import.sql

-- >>> prisma/sql/rule/workspace.sql
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
-- <<< prisma/sql/rule/workspace.sql

-- >>> prisma/sql/rule/workspace_channel.sql
CREATE OR REPLACE TRIGGER workspace_channel_touch BEFORE UPDATE ON workspace_channel
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER workspace_channel_stays BEFORE UPDATE ON workspace_channel
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.workspace_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.workspace_id)
  )
  EXECUTE FUNCTION refuse('a channel stays in its workspace');

ALTER TABLE workspace_channel ENABLE ALWAYS TRIGGER workspace_channel_stays;
-- <<< prisma/sql/rule/workspace_channel.sql

-- >>> prisma/sql/rule/workspace_schedule.sql
CREATE OR REPLACE TRIGGER workspace_schedule_touch BEFORE UPDATE ON workspace_schedule
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER workspace_schedule_stays BEFORE UPDATE ON workspace_schedule
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.workspace_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.workspace_id)
  )
  EXECUTE FUNCTION refuse('a schedule stays in its workspace');

-- Schedules of a removed workspace stay off. The workspace's row is locked meanwhile, so that a removal comes before or
-- after, and switches off what is there by then.
CREATE OR REPLACE FUNCTION enable_in_live_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  current_status workspace_status;
BEGIN
  SELECT w.status INTO current_status FROM workspace w WHERE w.id = NEW.workspace_id FOR SHARE;
  IF current_status = 'REMOVED' THEN
    RAISE EXCEPTION 'A schedule of a removed workspace stays off.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'workspace_schedule_live_check', TABLE = 'workspace_schedule';
  END IF;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION enable_in_live_workspace() FROM PUBLIC;

CREATE OR REPLACE TRIGGER workspace_schedule_insert_check BEFORE INSERT ON workspace_schedule
  FOR EACH ROW WHEN (NEW.enabled) EXECUTE FUNCTION enable_in_live_workspace();
CREATE OR REPLACE TRIGGER workspace_schedule_update_check BEFORE UPDATE ON workspace_schedule
  FOR EACH ROW WHEN (NEW.enabled AND NOT OLD.enabled) EXECUTE FUNCTION enable_in_live_workspace();

ALTER TABLE workspace_schedule
  ENABLE ALWAYS TRIGGER workspace_schedule_stays,
  ENABLE ALWAYS TRIGGER workspace_schedule_insert_check,
  ENABLE ALWAYS TRIGGER workspace_schedule_update_check;
-- <<< prisma/sql/rule/workspace_schedule.sql

-- >>> prisma/sql/capture/agent.sql
-- agent → AGENT_CREATED, AGENT_UPDATED, AGENT_OFFBOARDED
CREATE OR REPLACE FUNCTION capture_agent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.failure         IS DISTINCT FROM OLD.failure         THEN 'failure' END,
      CASE WHEN NEW.name            IS DISTINCT FROM OLD.name            THEN 'name' END,
      CASE WHEN NEW.offboard_reason IS DISTINCT FROM OLD.offboard_reason THEN 'offboardReason' END,
      CASE WHEN NEW.offboarded_at   IS DISTINCT FROM OLD.offboarded_at   THEN 'offboardedAt' END,
      CASE WHEN NEW.role            IS DISTINCT FROM OLD.role            THEN 'role' END,
      CASE WHEN NEW.status          IS DISTINCT FROM OLD.status          THEN 'status' END,
      CASE WHEN NEW.workspace_id    IS DISTINCT FROM OLD.workspace_id    THEN 'workspace' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'AGENT_CREATED'
      WHEN OLD.status <> 'STOPPED' AND NEW.status = 'STOPPED' THEN 'AGENT_OFFBOARDED'
      ELSE 'AGENT_UPDATED'
    END,
    'Agent', NEW.id, array_remove(ARRAY[NEW.id, NEW.hired_by_id, NEW.workspace_id], NULL),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Agent', NEW.id),
      'name', NEW.name,
      'role', NEW.role,
      'status', NEW.status,
      'workspace', global_id('Workspace', NEW.workspace_id),
      'hiredBy', global_id('User', NEW.hired_by_id),
      'hiredAt', date_time(NEW.hired_at),
      'offboardedAt', date_time(NEW.offboarded_at),
      'offboardReason', NEW.offboard_reason,
      'failure', NEW.failure,
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_agent() FROM PUBLIC;

CREATE OR REPLACE TRIGGER agent_capture AFTER INSERT OR UPDATE ON agent
  FOR EACH ROW EXECUTE FUNCTION capture_agent();

ALTER TABLE agent ENABLE ALWAYS TRIGGER agent_capture;
-- <<< prisma/sql/capture/agent.sql

-- >>> prisma/sql/capture/org_import.sql
-- org_import → ORG_IMPORT_STARTED, ORG_IMPORT_PROGRESSED, ORG_IMPORT_COMPLETED, ORG_IMPORT_FAILED
CREATE OR REPLACE FUNCTION capture_org_import() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.created_count     IS DISTINCT FROM OLD.created_count     THEN 'createdCount' END,
      CASE WHEN NEW.duration_ms       IS DISTINCT FROM OLD.duration_ms       THEN 'durationMs' END,
      CASE WHEN NEW.error             IS DISTINCT FROM OLD.error             THEN 'error' END,
      CASE WHEN NEW.failed_count      IS DISTINCT FROM OLD.failed_count      THEN 'failedCount' END,
      CASE WHEN NEW.finished_at       IS DISTINCT FROM OLD.finished_at       THEN 'finishedAt' END,
      CASE WHEN NEW.moved_count       IS DISTINCT FROM OLD.moved_count       THEN 'movedCount' END,
      CASE WHEN NEW.plan_hash         IS DISTINCT FROM OLD.plan_hash         THEN 'planHash' END,
      CASE WHEN NEW.provisioned_count IS DISTINCT FROM OLD.provisioned_count THEN 'provisionedCount' END,
      CASE WHEN NEW.removed_count     IS DISTINCT FROM OLD.removed_count     THEN 'removedCount' END,
      CASE WHEN NEW.skipped_count     IS DISTINCT FROM OLD.skipped_count     THEN 'skippedCount' END,
      CASE WHEN NEW.status            IS DISTINCT FROM OLD.status            THEN 'status' END,
      CASE WHEN NEW.updated_count     IS DISTINCT FROM OLD.updated_count     THEN 'updatedCount' END,
      CASE WHEN NEW.warnings          IS DISTINCT FROM OLD.warnings          THEN 'warnings' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'ORG_IMPORT_STARTED'
      WHEN OLD.status = 'RUNNING' AND NEW.status = 'COMPLETED' THEN 'ORG_IMPORT_COMPLETED'
      WHEN OLD.status = 'RUNNING' AND NEW.status = 'FAILED' THEN 'ORG_IMPORT_FAILED'
      ELSE 'ORG_IMPORT_PROGRESSED'
    END,
    'OrgImport', NEW.id, ARRAY[NEW.id],
    -- Warnings have no bound, so they are read where they are needed.
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('OrgImport', NEW.id),
      'name', NEW.name,
      'mode', NEW.mode,
      'status', NEW.status,
      'planHash', NEW.plan_hash,
      'createdCount', NEW.created_count,
      'skippedCount', NEW.skipped_count,
      'updatedCount', NEW.updated_count,
      'movedCount', NEW.moved_count,
      'removedCount', NEW.removed_count,
      'provisionedCount', NEW.provisioned_count,
      'failedCount', NEW.failed_count,
      'durationMs', NEW.duration_ms,
      'error', NEW.error,
      'startedAt', date_time(NEW.started_at),
      'finishedAt', date_time(NEW.finished_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_org_import() FROM PUBLIC;

CREATE OR REPLACE TRIGGER org_import_capture AFTER INSERT OR UPDATE ON org_import
  FOR EACH ROW EXECUTE FUNCTION capture_org_import();

ALTER TABLE org_import ENABLE ALWAYS TRIGGER org_import_capture;
-- <<< prisma/sql/capture/org_import.sql

-- >>> prisma/sql/capture/workspace.sql
-- workspace → WORKSPACE_CREATED, WORKSPACE_UPDATED, WORKSPACE_MOVED, WORKSPACE_REMOVED
--
-- Once per statement: an import writes many rows, and row triggers would fire in whatever order it finds them. Here a
-- parent comes before its children, and a removed child before its parent. A change concerns the workspace and
-- everything above it; a move also everything above its old place.
--
-- Not in the image: `path` and `depth`, which follow from the names (a move tells of the workspace that moved, not of
-- everything below it), and `spec`, which has no bound.
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
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
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
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload)
  -- Every row is in both tables. But a FULL JOIN is never a nested loop: a plan that was cached for one row would join
  -- ten thousand in one.
  WITH change AS MATERIALIZED (
    SELECT
      n.id, o.parent_id AS old_parent_id,
      CASE
        WHEN n.status = 'REMOVED' AND o.status <> 'REMOVED' THEN 'WORKSPACE_REMOVED'
        WHEN n.parent_id IS DISTINCT FROM o.parent_id THEN 'WORKSPACE_MOVED'
        ELSE 'WORKSPACE_UPDATED'
      END AS type,
      -- What a heartbeat observes is no change by itself; its number of tasks and its current task are.
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
-- <<< prisma/sql/capture/workspace.sql
