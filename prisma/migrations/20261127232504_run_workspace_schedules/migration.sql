-- run workspace schedules

-- CreateEnum
CREATE TYPE "schedule_reason" AS ENUM ('DISABLED', 'NOT_ONLINE', 'NO_AGENT', 'AGENT_NOT_RUNNING', 'NO_PROJECT', 'PROJECT_ARCHIVED', 'SESSION_UNFINISHED', 'INVALID_TIMES', 'START_FAILED');

-- AlterTable
ALTER TABLE "workspace_schedule" ADD COLUMN     "last_session_id" UUID;

-- No schedule has run yet, so that no reason is lost.
ALTER TABLE "workspace_schedule" DROP COLUMN "last_reason", ADD COLUMN "last_reason" "schedule_reason";

-- CreateIndex
CREATE INDEX "workspace_schedule_last_session_idx" ON "workspace_schedule"("last_session_id");

-- AddForeignKey
ALTER TABLE "workspace_schedule" ADD CONSTRAINT "workspace_schedule_last_session_fkey" FOREIGN KEY ("organization_id", "last_session_id") REFERENCES "session"("organization_id", "id") ON DELETE SET NULL ("last_session_id") ON UPDATE CASCADE;

ALTER TABLE workspace_schedule
  ADD CONSTRAINT workspace_schedule_last_reason_check CHECK (
    coalesce(last_outcome IN ('SKIPPED', 'FAILED'), false) = (last_reason IS NOT NULL)
  );

-- A schedule's prompt becomes its session's.
ALTER TABLE session
  DROP CONSTRAINT session_prompt_check,
  ADD CONSTRAINT session_prompt_check CHECK (length(prompt) <= 100000);

-- >>> prisma/sql/rule/workspace_schedule.sql
CREATE OR REPLACE TRIGGER workspace_schedule_touch BEFORE UPDATE ON workspace_schedule
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER workspace_schedule_stays BEFORE UPDATE ON workspace_schedule
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.workspace_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.workspace_id)
  )
  EXECUTE FUNCTION refuse('a schedule stays in its workspace');

-- A next due time is that of the present times: writing others, or disabling, takes it away, and the job that runs
-- schedules computes it anew. A statement that writes it as well has computed it.
CREATE OR REPLACE FUNCTION forget_next_run() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.next_run_at := NULL;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER workspace_schedule_times BEFORE UPDATE ON workspace_schedule
  FOR EACH ROW WHEN (
    OLD.next_run_at IS NOT DISTINCT FROM NEW.next_run_at AND NEW.next_run_at IS NOT NULL
    AND (NOT NEW.enabled OR (OLD.cron_expr, OLD.timezone) IS DISTINCT FROM (NEW.cron_expr, NEW.timezone))
  )
  EXECUTE FUNCTION forget_next_run();

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
  ENABLE ALWAYS TRIGGER workspace_schedule_times,
  ENABLE ALWAYS TRIGGER workspace_schedule_insert_check,
  ENABLE ALWAYS TRIGGER workspace_schedule_update_check;
-- <<< prisma/sql/rule/workspace_schedule.sql
