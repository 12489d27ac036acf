-- session actors

-- PostgreSQL (15.20) refuses to alter a table while the body of a function uses its row type. It is created again below.
DROP FUNCTION session_image(session, session_standing);

-- >>> prisma/sql/function/actor_image.sql
-- An actor as an event shows it, or NULL for none.
CREATE OR REPLACE FUNCTION actor_image(kind actor_kind, name text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN kind IS NOT NULL THEN jsonb_build_object('kind', kind, 'name', name) END;
-- <<< prisma/sql/function/actor_image.sql

-- AlterTable
ALTER TABLE "session" ADD COLUMN     "spawned_by_id" UUID DEFAULT acting_id(),
ADD COLUMN     "spawned_by_kind" "actor_kind" NOT NULL DEFAULT acting_kind()::actor_kind,
ADD COLUMN     "spawned_by_name" TEXT NOT NULL DEFAULT acting_name(),
ADD COLUMN     "terminated_at" TIMESTAMPTZ(3),
ADD COLUMN     "terminated_by_id" UUID,
ADD COLUMN     "terminated_by_kind" "actor_kind",
ADD COLUMN     "terminated_by_name" TEXT;

-- CreateIndex
CREATE INDEX "session_spawner_list_idx" ON "session"("spawned_by_id", "created_at" DESC, "id" DESC);

-- By hand: sessions that have ended already, and the CHECKs. Nothing says any more who ended or spawned them: the actor is
-- this migration.
UPDATE session SET
  terminated_at = activity_last_at,
  terminated_by_kind = acting_kind()::actor_kind, terminated_by_id = acting_id(), terminated_by_name = acting_name()
 WHERE is_terminated;

ALTER TABLE session
  ADD CONSTRAINT session_end_check CHECK (
    is_terminated = (terminated_at IS NOT NULL) AND is_terminated = (terminated_by_kind IS NOT NULL)
    AND is_terminated = (terminated_by_name IS NOT NULL) AND (is_terminated OR terminated_by_id IS NULL)
  ),
  DROP CONSTRAINT session_times_check,
  ADD CONSTRAINT session_times_check CHECK (
    is_date_time(created_at) AND is_date_time(updated_at) AND is_date_time(activity_last_at)
    AND is_date_time(first_signal_at) AND is_date_time(no_signal_at) AND is_date_time(terminated_at)
  );

-- >>> prisma/sql/rule/session.sql
-- Numbers a session within its project. The update locks the project's row, so that concurrent spawns get
-- consecutive numbers, and a spawn that is rolled back gives its number back.
CREATE OR REPLACE FUNCTION number_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE project
     SET last_session_num = last_session_num + 1
   WHERE id = NEW.project_id AND organization_id = NEW.organization_id
  RETURNING last_session_num INTO NEW.num;
  -- When the project does not exist, the foreign key must raise the error, not the CHECK.
  NEW.num := coalesce(NEW.num, 1);
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION number_session() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_number BEFORE INSERT ON session
  FOR EACH ROW EXECUTE FUNCTION number_session();

CREATE OR REPLACE TRIGGER session_touch BEFORE UPDATE ON session
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER session_stays BEFORE UPDATE ON session
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.project_id, OLD.num, OLD.agent_id,
     OLD.spawned_by_kind, OLD.spawned_by_id, OLD.spawned_by_name) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.project_id, NEW.num, NEW.agent_id,
     NEW.spawned_by_kind, NEW.spawned_by_id, NEW.spawned_by_name)
  )
  EXECUTE FUNCTION refuse('a session stays in its project, under its number, and that of its agent and of who spawned it');

-- Records when a session ends, and by whom, whichever program ends it. A restore takes it back, so that no time of an
-- earlier end outlives it.
CREATE OR REPLACE FUNCTION record_session_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF NEW.is_terminated THEN
    NEW.terminated_at := clock_timestamp();
    NEW.terminated_by_kind := acting_kind();
    NEW.terminated_by_id := acting_id();
    NEW.terminated_by_name := acting_name();
  ELSE
    NEW.terminated_at := NULL;
    NEW.terminated_by_kind := NULL;
    NEW.terminated_by_id := NULL;
    NEW.terminated_by_name := NULL;
  END IF;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION record_session_end() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_insert_end BEFORE INSERT ON session
  FOR EACH ROW WHEN (NEW.is_terminated) EXECUTE FUNCTION record_session_end();
CREATE OR REPLACE TRIGGER session_update_end BEFORE UPDATE ON session
  FOR EACH ROW WHEN (OLD.is_terminated <> NEW.is_terminated) EXECUTE FUNCTION record_session_end();

-- A session without pull requests may be deleted. The foreign key refuses to delete any other.
CREATE OR REPLACE TRIGGER session_is_kept BEFORE TRUNCATE ON session
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set is_terminated instead');

ALTER TABLE session
  ENABLE ALWAYS TRIGGER session_stays,
  ENABLE ALWAYS TRIGGER session_is_kept;
-- <<< prisma/sql/rule/session.sql

-- >>> prisma/sql/capture/session.sql
-- session → SESSION_CREATED, SESSION_UPDATED, SESSION_DELETED
--
-- The image includes the standing of the session (session_standing.sql). A deleted session has none any more.
CREATE OR REPLACE FUNCTION session_image(s session, standing session_standing) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object(
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
  'terminatedAt', date_time(s.terminated_at),
  'terminatedBy', actor_image(s.terminated_by_kind, s.terminated_by_name),
  'spawnedBy', actor_image(s.spawned_by_kind, s.spawned_by_name),
  'mergePolicy', jsonb_build_object('terminateOnPrMerge', s.terminate_on_pr_merge),
  'branch', s.branch,
  'executionWorkspace', global_id('ExecutionWorkspace', s.execution_workspace_id),
  'createdAt', date_time(s.created_at),
  'updatedAt', date_time(s.updated_at)
) || CASE WHEN standing.session_id IS NULL THEN '{}' ELSE jsonb_build_object(
  'displayStatus', standing.display_status,
  'statusSince', date_time(standing.status_since),
  'scmStatus', standing.scm_status,
  'lane', standing.lane,
  'laneSince', date_time(standing.lane_since)
) END;

CREATE OR REPLACE FUNCTION capture_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  s session;
  standing session_standing;
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
      CASE WHEN NEW.no_signal_at          IS DISTINCT FROM OLD.no_signal_at          THEN 'noSignalAt' END,
      CASE WHEN NEW.terminated_at         IS DISTINCT FROM OLD.terminated_at         THEN 'terminatedAt' END,
      CASE WHEN (NEW.terminated_by_kind, NEW.terminated_by_id, NEW.terminated_by_name) IS DISTINCT FROM
                (OLD.terminated_by_kind, OLD.terminated_by_id, OLD.terminated_by_name) THEN 'terminatedBy' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
    -- Also for a change that the standing does not depend on: the event shows it, and another transaction may be about
    -- to change it.
    INSERT INTO standing_due (subject, subject_id) VALUES ('SESSION', NEW.id) ON CONFLICT DO NOTHING;
  END IF;
  IF TG_OP = 'INSERT' THEN
    standing := begin_standing(NEW);
  ELSE
    SELECT k.* INTO standing FROM session_standing k WHERE k.session_id = s.id;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    s.organization_id,
    CASE TG_OP WHEN 'INSERT' THEN 'SESSION_CREATED' WHEN 'DELETE' THEN 'SESSION_DELETED' ELSE 'SESSION_UPDATED' END,
    'Session', s.id, array_remove(ARRAY[s.id, s.project_id, s.agent_id], NULL),
    jsonb_build_object('changed', changed, 'row', session_image(s, standing))
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
