-- execution workspaces

-- CreateEnum
CREATE TYPE "execution_workspace_mode" AS ENUM ('SHARED_WORKSPACE', 'ISOLATED_WORKSPACE', 'OPERATOR_BRANCH', 'ADAPTER_MANAGED', 'CLOUD_SANDBOX');

-- CreateEnum
CREATE TYPE "execution_workspace_strategy" AS ENUM ('PROJECT_PRIMARY', 'GIT_WORKTREE', 'ADAPTER_MANAGED', 'CLOUD_SANDBOX');

-- CreateEnum
CREATE TYPE "execution_workspace_provider" AS ENUM ('LOCAL_FS', 'GIT_WORKTREE', 'ADAPTER_MANAGED', 'CLOUD_SANDBOX');

-- CreateEnum
CREATE TYPE "execution_workspace_status" AS ENUM ('ACTIVE', 'IDLE', 'IN_REVIEW', 'ARCHIVED', 'CLEANUP_FAILED');

-- AlterTable
ALTER TABLE "session" ADD COLUMN     "execution_workspace_id" UUID;

-- CreateTable
CREATE TABLE "execution_workspace" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "session_id" UUID,
    "name" TEXT NOT NULL,
    "mode" "execution_workspace_mode" NOT NULL,
    "strategy" "execution_workspace_strategy" NOT NULL DEFAULT 'PROJECT_PRIMARY',
    "provider" "execution_workspace_provider" NOT NULL DEFAULT 'LOCAL_FS',
    "provider_ref" TEXT COLLATE "C",
    "path" TEXT,
    "branch" TEXT,
    "base_ref" TEXT,
    "status" "execution_workspace_status" NOT NULL DEFAULT 'ACTIVE',
    "version" INTEGER NOT NULL DEFAULT 1,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "note_count" INTEGER NOT NULL DEFAULT 0,
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),
    "cleanup_eligible_at" TIMESTAMPTZ(3),
    "cleanup_started_at" TIMESTAMPTZ(3),
    "cleanup_reason" TEXT,
    "cleanup_warnings" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "execution_workspace_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execution_workspace_note" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "execution_workspace_id" UUID NOT NULL,
    "author_kind" "actor_kind" NOT NULL,
    "author_id" UUID,
    "author_name" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "execution_workspace_note_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "execution_workspace_list_idx" ON "execution_workspace"("organization_id", "opened_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "execution_workspace_project_idx" ON "execution_workspace"("project_id");

-- CreateIndex
CREATE INDEX "execution_workspace_session_idx" ON "execution_workspace"("session_id");

-- CreateIndex
CREATE UNIQUE INDEX "execution_workspace_project_key" ON "execution_workspace"("organization_id", "project_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "execution_workspace_tenant_key" ON "execution_workspace"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "execution_workspace_provider_ref_key" ON "execution_workspace"("organization_id", "provider_ref");

-- CreateIndex
CREATE INDEX "execution_workspace_note_list_idx" ON "execution_workspace_note"("execution_workspace_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "session_execution_workspace_idx" ON "session"("execution_workspace_id", "created_at" DESC, "id" DESC);

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_execution_workspace_fkey" FOREIGN KEY ("organization_id", "project_id", "execution_workspace_id") REFERENCES "execution_workspace"("organization_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution_workspace" ADD CONSTRAINT "execution_workspace_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution_workspace" ADD CONSTRAINT "execution_workspace_project_fkey" FOREIGN KEY ("organization_id", "project_id") REFERENCES "project"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution_workspace" ADD CONSTRAINT "execution_workspace_session_fkey" FOREIGN KEY ("organization_id", "session_id") REFERENCES "session"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution_workspace_note" ADD CONSTRAINT "execution_workspace_note_workspace_fkey" FOREIGN KEY ("organization_id", "execution_workspace_id") REFERENCES "execution_workspace"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE execution_workspace ALTER COLUMN provider_ref TYPE text COLLATE "C";

-- Of several violated CHECKs, PostgreSQL reports the first by name: the state comes first.
ALTER TABLE execution_workspace
  ADD CONSTRAINT execution_workspaces_closed_state_consistency CHECK (
    (closed_at IS NOT NULL) = (status IN ('ARCHIVED', 'CLEANUP_FAILED'))
  ),
  ADD CONSTRAINT execution_workspaces_failed_cleanup_reason CHECK (
    (status = 'CLEANUP_FAILED') = (cleanup_reason IS NOT NULL)
  ),
  ADD CONSTRAINT execution_workspaces_open_without_cleanup CHECK (
    closed_at IS NOT NULL OR (
      num_nonnulls(cleanup_eligible_at, cleanup_started_at, cleanup_reason) = 0 AND cleanup_warnings = '{}'
    )
  ),
  ADD CONSTRAINT execution_workspaces_times_in_order CHECK (
    last_used_at >= opened_at AND closed_at >= opened_at AND cleanup_eligible_at >= closed_at
  ),
  ADD CONSTRAINT execution_workspaces_times_in_range CHECK (
    is_date_time(opened_at) AND is_date_time(last_used_at) AND is_date_time(closed_at) AND
    is_date_time(cleanup_eligible_at) AND is_date_time(cleanup_started_at) AND is_date_time(updated_at)
  ),
  ADD CONSTRAINT execution_workspaces_versions_positive CHECK (version >= 1 AND generation >= 1 AND note_count >= 0),
  ADD CONSTRAINT execution_workspaces_text_length CHECK (
    length(name) BETWEEN 1 AND 255 AND length(path) BETWEEN 1 AND 4096 AND length(provider_ref) BETWEEN 1 AND 500 AND
    length(branch) BETWEEN 1 AND 255 AND length(base_ref) BETWEEN 1 AND 255 AND
    length(cleanup_reason) BETWEEN 1 AND 1000
  ),
  ADD CONSTRAINT execution_workspaces_warnings_not_null CHECK (
    cleanup_warnings IS NOT NULL AND array_position(cleanup_warnings, NULL) IS NULL
  );

CREATE UNIQUE INDEX execution_workspaces_one_open_shared ON execution_workspace (organization_id, project_id)
  WHERE mode = 'SHARED_WORKSPACE' AND closed_at IS NULL;
-- The sweeper looks for open rows, and for those that are to be cleaned up.
CREATE INDEX execution_workspace_open_idx ON execution_workspace (last_used_at) WHERE closed_at IS NULL;
CREATE INDEX execution_workspace_cleanup_idx ON execution_workspace (cleanup_eligible_at)
  WHERE cleanup_eligible_at IS NOT NULL;

ALTER TABLE execution_workspace_note
  ADD CONSTRAINT execution_workspace_notes_text_length CHECK (length(body) BETWEEN 1 AND 10000),
  ADD CONSTRAINT execution_workspace_notes_time_in_range CHECK (is_date_time(created_at));

-- >>> prisma/sql/rule/execution_workspace.sql
-- Counts versions and generations, whichever program writes. A use, a note and the outcome of a cleanup make no new
-- version: they happen at any time, and would refuse a client that expects the version it has just read.
CREATE OR REPLACE FUNCTION number_execution_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  NEW.generation := OLD.generation + CASE WHEN OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL THEN 1 ELSE 0 END;
  NEW.version := OLD.version + CASE
    WHEN (OLD.name, OLD.mode, OLD.status, OLD.closed_at, OLD.session_id, OLD.branch, OLD.base_ref) IS DISTINCT FROM
         (NEW.name, NEW.mode, NEW.status, NEW.closed_at, NEW.session_id, NEW.branch, NEW.base_ref) THEN 1
    ELSE 0
  END;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION number_execution_workspace() FROM PUBLIC;

CREATE OR REPLACE TRIGGER execution_workspace_number BEFORE UPDATE ON execution_workspace
  FOR EACH ROW EXECUTE FUNCTION number_execution_workspace();

CREATE OR REPLACE TRIGGER execution_workspace_touch BEFORE UPDATE ON execution_workspace
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER execution_workspace_stays BEFORE UPDATE ON execution_workspace
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.project_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.project_id)
  )
  EXECUTE FUNCTION refuse('an execution workspace stays in its project');

CREATE OR REPLACE TRIGGER execution_workspace_is_kept BEFORE DELETE OR TRUNCATE ON execution_workspace
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('close it instead');

-- A session enters only an open workspace. FOR NO KEY UPDATE makes a concurrent close wait, or makes the session see it.
-- FOR SHARE would not do: two spawns into an idle workspace would both hold it, then both update the row and deadlock.
CREATE OR REPLACE FUNCTION enter_open_execution_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  entered execution_workspace;
BEGIN
  SELECT * INTO entered FROM execution_workspace w WHERE w.id = NEW.execution_workspace_id FOR NO KEY UPDATE;
  IF entered.closed_at IS NOT NULL THEN
    RAISE EXCEPTION 'A session cannot enter a closed execution workspace.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'session_execution_workspace_open_check', TABLE = 'session';
  END IF;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION enter_open_execution_workspace() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_insert_execution_workspace BEFORE INSERT ON session
  FOR EACH ROW WHEN (NEW.execution_workspace_id IS NOT NULL) EXECUTE FUNCTION enter_open_execution_workspace();
CREATE OR REPLACE TRIGGER session_update_execution_workspace BEFORE UPDATE ON session
  FOR EACH ROW WHEN (
    NEW.execution_workspace_id IS NOT NULL AND NEW.execution_workspace_id IS DISTINCT FROM OLD.execution_workspace_id
  )
  EXECUTE FUNCTION enter_open_execution_workspace();

-- A session that becomes live again makes a concurrent close wait, or finds it committed: a close that has seen no live
-- session commits before there is one.
CREATE OR REPLACE FUNCTION hold_execution_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM FROM execution_workspace w WHERE w.id = NEW.execution_workspace_id FOR SHARE;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION hold_execution_workspace() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_restore_execution_workspace BEFORE UPDATE ON session
  FOR EACH ROW WHEN (OLD.is_terminated AND NOT NEW.is_terminated AND NEW.execution_workspace_id IS NOT NULL)
  EXECUTE FUNCTION hold_execution_workspace();

-- ON DELETE SET NULL would also set the organization, which the foreign key shares.
CREATE OR REPLACE FUNCTION forget_session_of_execution_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE execution_workspace SET session_id = NULL WHERE session_id = OLD.id;
  RETURN OLD;
END
$$;

REVOKE EXECUTE ON FUNCTION forget_session_of_execution_workspace() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_delete_execution_workspace BEFORE DELETE ON session
  FOR EACH ROW EXECUTE FUNCTION forget_session_of_execution_workspace();

ALTER TABLE execution_workspace
  ENABLE ALWAYS TRIGGER execution_workspace_number,
  ENABLE ALWAYS TRIGGER execution_workspace_stays,
  ENABLE ALWAYS TRIGGER execution_workspace_is_kept;
ALTER TABLE session
  ENABLE ALWAYS TRIGGER session_insert_execution_workspace,
  ENABLE ALWAYS TRIGGER session_update_execution_workspace,
  ENABLE ALWAYS TRIGGER session_restore_execution_workspace,
  ENABLE ALWAYS TRIGGER session_delete_execution_workspace;
-- <<< prisma/sql/rule/execution_workspace.sql

-- >>> prisma/sql/rule/execution_workspace_note.sql
CREATE OR REPLACE FUNCTION count_execution_workspace_note() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE execution_workspace SET note_count = note_count + 1
   WHERE id = NEW.execution_workspace_id AND organization_id = NEW.organization_id;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION count_execution_workspace_note() FROM PUBLIC;

CREATE OR REPLACE TRIGGER execution_workspace_note_count AFTER INSERT ON execution_workspace_note
  FOR EACH ROW EXECUTE FUNCTION count_execution_workspace_note();

CREATE OR REPLACE TRIGGER execution_workspace_note_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON execution_workspace_note
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('a note stays as it was written');

ALTER TABLE execution_workspace_note
  ENABLE ALWAYS TRIGGER execution_workspace_note_count,
  ENABLE ALWAYS TRIGGER execution_workspace_note_is_kept;
-- <<< prisma/sql/rule/execution_workspace_note.sql

-- >>> prisma/sql/capture/execution_workspace.sql
-- execution_workspace → EXECUTION_WORKSPACE_OPENED, EXECUTION_WORKSPACE_UPDATED, EXECUTION_WORKSPACE_CLOSED,
-- EXECUTION_WORKSPACE_REOPENED
--
-- A use is no change: with lastUsedAt, every report of an agent would cause an event.
CREATE OR REPLACE FUNCTION capture_execution_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.base_ref            IS DISTINCT FROM OLD.base_ref            THEN 'baseRef' END,
      CASE WHEN NEW.branch              IS DISTINCT FROM OLD.branch              THEN 'branch' END,
      CASE WHEN NEW.cleanup_eligible_at IS DISTINCT FROM OLD.cleanup_eligible_at THEN 'cleanupEligibleAt' END,
      CASE WHEN NEW.cleanup_reason      IS DISTINCT FROM OLD.cleanup_reason      THEN 'cleanupReason' END,
      CASE WHEN NEW.cleanup_warnings    IS DISTINCT FROM OLD.cleanup_warnings    THEN 'cleanupWarnings' END,
      CASE WHEN NEW.closed_at           IS DISTINCT FROM OLD.closed_at           THEN 'closedAt' END,
      CASE WHEN NEW.generation          IS DISTINCT FROM OLD.generation          THEN 'generation' END,
      CASE WHEN NEW.mode                IS DISTINCT FROM OLD.mode                THEN 'mode' END,
      CASE WHEN NEW.name                IS DISTINCT FROM OLD.name                THEN 'name' END,
      CASE WHEN NEW.note_count          IS DISTINCT FROM OLD.note_count          THEN 'noteCount' END,
      CASE WHEN NEW.opened_at           IS DISTINCT FROM OLD.opened_at           THEN 'openedAt' END,
      CASE WHEN NEW.provider            IS DISTINCT FROM OLD.provider            THEN 'provider' END,
      CASE WHEN NEW.session_id          IS DISTINCT FROM OLD.session_id          THEN 'session' END,
      CASE WHEN NEW.status              IS DISTINCT FROM OLD.status              THEN 'status' END,
      CASE WHEN NEW.strategy            IS DISTINCT FROM OLD.strategy            THEN 'strategy' END,
      CASE WHEN NEW.version             IS DISTINCT FROM OLD.version             THEN 'version' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'EXECUTION_WORKSPACE_OPENED'
      WHEN OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL THEN 'EXECUTION_WORKSPACE_CLOSED'
      WHEN OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL THEN 'EXECUTION_WORKSPACE_REOPENED'
      ELSE 'EXECUTION_WORKSPACE_UPDATED'
    END,
    'ExecutionWorkspace', NEW.id, array_remove(ARRAY[NEW.id, NEW.project_id, NEW.session_id], NULL),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('ExecutionWorkspace', NEW.id),
      'name', NEW.name,
      'project', global_id('Project', NEW.project_id),
      'session', global_id('Session', NEW.session_id),
      'mode', NEW.mode,
      'strategy', NEW.strategy,
      'provider', NEW.provider,
      'branch', NEW.branch,
      'baseRef', NEW.base_ref,
      'status', NEW.status,
      'version', NEW.version,
      'generation', NEW.generation,
      'noteCount', NEW.note_count,
      'openedAt', date_time(NEW.opened_at),
      'lastUsedAt', date_time(NEW.last_used_at),
      'closedAt', date_time(NEW.closed_at),
      'cleanupEligibleAt', date_time(NEW.cleanup_eligible_at),
      'cleanupReason', NEW.cleanup_reason,
      'cleanupWarnings', NEW.cleanup_warnings,
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_execution_workspace() FROM PUBLIC;

CREATE OR REPLACE TRIGGER execution_workspace_capture AFTER INSERT OR UPDATE ON execution_workspace
  FOR EACH ROW EXECUTE FUNCTION capture_execution_workspace();

ALTER TABLE execution_workspace ENABLE ALWAYS TRIGGER execution_workspace_capture;
-- <<< prisma/sql/capture/execution_workspace.sql

-- >>> prisma/sql/capture/session.sql
-- session → SESSION_CREATED, SESSION_UPDATED, SESSION_DELETED
CREATE OR REPLACE FUNCTION capture_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  s session;
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'DELETE' THEN s := OLD; ELSE s := NEW; END IF;
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.activity_state        IS DISTINCT FROM OLD.activity_state        THEN 'activityState' END,
      CASE WHEN NEW.branch                IS DISTINCT FROM OLD.branch                THEN 'branch' END,
      CASE WHEN NEW.created_at            IS DISTINCT FROM OLD.created_at            THEN 'createdAt' END,
      CASE WHEN NEW.display_name          IS DISTINCT FROM OLD.display_name          THEN 'displayName' END,
      CASE WHEN NEW.execution_workspace_id IS DISTINCT FROM OLD.execution_workspace_id THEN 'executionWorkspace' END,
      CASE WHEN NEW.first_signal_at       IS DISTINCT FROM OLD.first_signal_at       THEN 'firstSignalAt' END,
      CASE WHEN NEW.is_terminated         IS DISTINCT FROM OLD.is_terminated         THEN 'isTerminated' END,
      CASE WHEN NEW.kind                  IS DISTINCT FROM OLD.kind                  THEN 'kind' END,
      CASE WHEN NEW.launch_id             IS DISTINCT FROM OLD.launch_id             THEN 'launchId' END,
      CASE WHEN NEW.terminate_on_pr_merge IS DISTINCT FROM OLD.terminate_on_pr_merge THEN 'mergePolicy' END,
      CASE WHEN NEW.no_signal_at          IS DISTINCT FROM OLD.no_signal_at          THEN 'noSignalAt' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    s.organization_id,
    CASE TG_OP WHEN 'INSERT' THEN 'SESSION_CREATED' WHEN 'DELETE' THEN 'SESSION_DELETED' ELSE 'SESSION_UPDATED' END,
    'Session', s.id, array_remove(ARRAY[s.id, s.project_id, s.agent_id], NULL),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Session', s.id),
      'num', s.num,
      'name', (SELECT p.slug FROM project p WHERE p.id = s.project_id) || '-' || s.num,
      'displayName', s.display_name,
      'kind', s.kind,
      'project', global_id('Project', s.project_id),
      'agent', global_id('Agent', s.agent_id),
      'activityState', s.activity_state,
      'activityLastAt', date_time(s.activity_last_at),
      'firstSignalAt', date_time(s.first_signal_at),
      'noSignalAt', date_time(s.no_signal_at),
      'launchId', s.launch_id,
      'isTerminated', s.is_terminated,
      'mergePolicy', jsonb_build_object('terminateOnPrMerge', s.terminate_on_pr_merge),
      'branch', s.branch,
      'executionWorkspace', global_id('ExecutionWorkspace', s.execution_workspace_id),
      'createdAt', date_time(s.created_at),
      'updatedAt', date_time(s.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_session() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_capture AFTER INSERT OR UPDATE OR DELETE ON session
  FOR EACH ROW EXECUTE FUNCTION capture_session();

ALTER TABLE session ENABLE ALWAYS TRIGGER session_capture;
-- <<< prisma/sql/capture/session.sql

-- >>> prisma/sql/view/execution_workspace_fact.sql
-- What the sessions of an execution workspace and their pull requests say about closing it. Only this view derives it:
-- the API, the close and the sweeper read the same.
DROP VIEW IF EXISTS execution_workspace_fact;
CREATE VIEW execution_workspace_fact AS
SELECT
  w.id AS execution_workspace_id,
  s.has_live_session,
  CASE WHEN NOT s.has_live_session THEN s.last_active_at END::timestamptz(3) AS ended_at,
  p.has_open_pull_request,
  p.has_unmerged_pull_request,
  (
    SELECT m.head_sha FROM pull_request m JOIN session ms ON ms.id = m.session_id
     WHERE ms.execution_workspace_id = w.id AND m.state = 'MERGED'
       AND (w.branch IS NULL OR m.source_branch = w.branch)
     ORDER BY m.merged_at DESC NULLS LAST, m.id DESC LIMIT 1
  ) AS merged_head_sha
FROM execution_workspace w
CROSS JOIN LATERAL (
  SELECT coalesce(bool_or(NOT s.is_terminated), false) AS has_live_session, max(s.activity_last_at) AS last_active_at
    FROM session s WHERE s.execution_workspace_id = w.id
) s
CROSS JOIN LATERAL (
  SELECT
    coalesce(bool_or(b.has_open), false) AS has_open_pull_request,
    -- A closed pull request whose branch was merged by another one is no loss.
    coalesce(bool_or(b.has_closed AND NOT b.has_merged), false) AS has_unmerged_pull_request
  FROM (
    SELECT
      bool_or(p.state IN ('DRAFT', 'OPEN')) AS has_open,
      bool_or(p.state = 'CLOSED') AS has_closed,
      bool_or(p.state = 'MERGED') AS has_merged
    FROM pull_request p JOIN session s ON s.id = p.session_id
    WHERE s.execution_workspace_id = w.id
    GROUP BY p.host, p.repo_owner_key, p.repo_name_key, p.source_branch
  ) b
) p;
-- <<< prisma/sql/view/execution_workspace_fact.sql
