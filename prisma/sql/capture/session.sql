-- session → SESSION_CREATED, SESSION_UPDATED, SESSION_DELETED
--
-- The image includes the standing of the session (session_standing.sql). A deleted session has none any more.
CREATE OR REPLACE FUNCTION session_image(s session, project_slug text, standing session_standing) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
RETURN jsonb_build_object(
  'id', global_id('Session', s.id),
  'num', s.num,
  'name', project_slug || '-' || s.num,
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

-- Writes the event of an update that was noted, as the session is now.
CREATE OR REPLACE FUNCTION write_noted_update(s session, due standing_due) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  INSERT INTO change_outbox (id, organization_id, type, entity_type, entity_id, subjects, payload)
  SELECT coalesce(due.event_id, nextval('change_outbox_id_seq')), s.organization_id, 'SESSION_UPDATED', 'Session', s.id,
         array_remove(ARRAY[s.id, s.project_id, s.agent_id], NULL),
         jsonb_build_object('changed', due.changed, 'row', session_image(s, p.slug, k))
    FROM session_standing k JOIN project p ON p.id = k.project_id
   WHERE k.session_id = s.id AND due.changed <> '{}'
$$;

-- An update is noted here, under the id of its event. The transaction writes the event when it commits, with the standing:
-- only then nothing that the event shows can change any more. When the transaction updates the session again, it writes the
-- event of the update before, which shows the session between the two.
CREATE OR REPLACE FUNCTION capture_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  names CONSTANT text[] := array_remove(ARRAY[
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
  -- The rule reads nothing of these, and a standing has no copy of them.
  affects_standing CONSTANT boolean := NOT names <@ ARRAY[
    'branch', 'displayName', 'executionWorkspace', 'launchId', 'mergePolicy', 'terminatedAt', 'terminatedBy'
  ];
  due standing_due;
BEGIN
  IF names = '{}' THEN
    RETURN NULL;
  END IF;
  INSERT INTO standing_due (subject, subject_id, event_id, changed, may_change)
  VALUES ('SESSION', NEW.id, nextval('change_outbox_id_seq'), names, affects_standing) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    RETURN NULL;
  END IF;
  SELECT d.* INTO due
    FROM standing_due d WHERE (d.xid, d.subject, d.subject_id) = (pg_current_xact_id(), 'SESSION', NEW.id);
  PERFORM write_noted_update(OLD, due);
  UPDATE standing_due d
     SET event_id = nextval('change_outbox_id_seq'), changed = names, may_change = due.may_change OR affects_standing
   WHERE (d.xid, d.subject, d.subject_id) = (due.xid, due.subject, due.subject_id);
  RETURN NULL;
END
$$;

-- The transaction may have updated the session that it deletes. Its standing is deleted with it, so the event of the update is
-- written before.
CREATE OR REPLACE FUNCTION capture_session_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  due standing_due;
BEGIN
  UPDATE standing_due d SET changed = '{}', event_id = NULL
    FROM standing_due noted
   WHERE (d.xid, d.subject, d.subject_id) = (pg_current_xact_id(), 'SESSION', OLD.id)
     AND (noted.xid, noted.subject, noted.subject_id) = (d.xid, d.subject, d.subject_id)
  RETURNING noted.* INTO due;
  IF FOUND THEN
    PERFORM write_noted_update(OLD, due);
  END IF;
  RETURN OLD;
END
$$;

CREATE OR REPLACE FUNCTION capture_session_life() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  s session;
  standing session_standing;
BEGIN
  IF TG_OP = 'DELETE' THEN
    s := OLD;
  ELSE
    s := NEW;
    standing := begin_standing(NEW);
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    s.organization_id, CASE TG_OP WHEN 'INSERT' THEN 'SESSION_CREATED' ELSE 'SESSION_DELETED' END,
    'Session', s.id, array_remove(ARRAY[s.id, s.project_id, s.agent_id], NULL),
    jsonb_build_object(
      'changed', '{}'::text[],
      'row', session_image(s, (SELECT p.slug FROM project p WHERE p.id = s.project_id), standing)
    )
  );
  RETURN NULL;
END
$$;

-- Only triggers may call them: they write into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_session(), capture_session_life(), capture_session_end() FROM PUBLIC;

CREATE OR REPLACE TRIGGER session_capture AFTER UPDATE ON session
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION capture_session();
CREATE OR REPLACE TRIGGER session_life_capture AFTER INSERT OR DELETE ON session
  FOR EACH ROW EXECUTE FUNCTION capture_session_life();
CREATE OR REPLACE TRIGGER session_end_capture BEFORE DELETE ON session
  FOR EACH ROW EXECUTE FUNCTION capture_session_end();

ALTER TABLE session
  ENABLE ALWAYS TRIGGER session_capture,
  ENABLE ALWAYS TRIGGER session_life_capture,
  ENABLE ALWAYS TRIGGER session_end_capture;
