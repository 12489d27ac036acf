-- session → SESSION_CREATED, SESSION_UPDATED, SESSION_DELETED
--
-- The image includes the standing of the session (session_standing.sql). A deleted session has none any more.
CREATE OR REPLACE FUNCTION session_image(s session, standing session_standing) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
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
  'severeSilenceAt', date_time(s.severe_silence_at),
  'lastHeardAt', date_time(s.last_heard_at),
  'launchId', s.launch_id,
  'isTerminated', s.is_terminated,
  'terminatedAt', date_time(s.terminated_at),
  'terminatedBy', actor_image(s.terminated_by_kind, s.terminated_by_name),
  'spawnedBy', actor_image(s.spawned_by_kind, s.spawned_by_name),
  'mergePolicy', jsonb_build_object('terminateOnPrMerge', s.terminate_on_pr_merge),
  'branch', nullif(s.branch, ''),
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
END
$$;

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
      CASE WHEN NEW.severe_silence_at     IS DISTINCT FROM OLD.severe_silence_at     THEN 'severeSilenceAt' END,
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
