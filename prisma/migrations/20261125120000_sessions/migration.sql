-- Sessions as their runs tell of themselves: launches, signals and silence; how a merge ends one; and pull requests that
-- stay one row when their repository is transferred.

ALTER TABLE session
  ADD COLUMN no_signal_at timestamptz(3),
  ADD COLUMN launch_id uuid NOT NULL DEFAULT gen_random_uuid(),
  ADD COLUMN terminate_on_pr_merge boolean NOT NULL DEFAULT false,
  DROP CONSTRAINT session_times_check,
  ADD CONSTRAINT session_times_check CHECK (
    is_date_time(created_at) AND is_date_time(updated_at) AND is_date_time(activity_last_at)
    AND is_date_time(first_signal_at) AND is_date_time(no_signal_at)
  ),
  -- Only who has an agent can signal, and only who has not is silent.
  ADD CONSTRAINT session_no_signal_check CHECK (
    no_signal_at IS NULL OR (agent_id IS NOT NULL AND first_signal_at IS NULL)
  );

-- Those of whom nothing was heard yet: few, and looked at again and again.
CREATE INDEX session_silent_idx ON session (activity_last_at)
  WHERE agent_id IS NOT NULL AND first_signal_at IS NULL AND no_signal_at IS NULL AND NOT is_terminated;

ALTER TABLE pull_request
  ADD COLUMN external_id text NOT NULL DEFAULT '';

-- A repository that is transferred takes its pull requests along under new names; their ids on the host stay.
CREATE UNIQUE INDEX pull_request_external_key ON pull_request (organization_id, host, external_id)
  WHERE external_id <> '';

-- A merge ends the session that asked for it: once none of its pull requests is open, and one was merged. Whoever
-- records the merge, and with it. (Its row is locked first: of two merges at once, the second one sees the first.)
CREATE FUNCTION terminate_session_on_merge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM FROM session s WHERE s.id = NEW.session_id FOR NO KEY UPDATE;
  UPDATE session s SET is_terminated = true, activity_state = 'EXITED', activity_last_at = now()
   WHERE s.id = NEW.session_id AND s.terminate_on_pr_merge AND NOT s.is_terminated
     AND EXISTS (SELECT FROM pull_request p WHERE p.session_id = s.id AND p.state = 'MERGED')
     AND NOT EXISTS (SELECT FROM pull_request p WHERE p.session_id = s.id AND p.state IN ('OPEN', 'DRAFT'));
  RETURN NULL;
END
$$;

-- (Named so that it comes after the capture: first the merge is heard of, then what followed from it.)
CREATE TRIGGER pull_request_update_terminate AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state IN ('MERGED', 'CLOSED'))
  EXECUTE FUNCTION terminate_session_on_merge();

ALTER TABLE pull_request ENABLE ALWAYS TRIGGER pull_request_update_terminate;

REVOKE EXECUTE ON FUNCTION terminate_session_on_merge() FROM PUBLIC;

-- ── Capture ────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE OR REPLACE FUNCTION changed_fields(before jsonb, after jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT coalesce(array_agg(field.key ORDER BY field.key), '{}')
    FROM jsonb_each(after) field
   WHERE field.value IS DISTINCT FROM before -> field.key
     AND field.key NOT IN ('updatedAt', 'observedAt', 'lastUsedAt', 'activityLastAt')
$$;

CREATE OR REPLACE FUNCTION session_image(s session) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
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
    'createdAt', date_time(s.created_at),
    'updatedAt', date_time(s.updated_at)
  )
$$;

CREATE OR REPLACE FUNCTION capture_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  image jsonb;
  changed text[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM record_change(
      OLD.organization_id, 'SESSION_DELETED', 'Session', OLD.id,
      ARRAY[OLD.id, OLD.project_id, OLD.agent_id], session_image(OLD), '{}'
    );
    RETURN NULL;
  END IF;
  image := session_image(NEW);
  IF TG_OP = 'INSERT' THEN
    PERFORM record_change(
      NEW.organization_id, 'SESSION_CREATED', 'Session', NEW.id,
      ARRAY[NEW.id, NEW.project_id, NEW.agent_id], image, '{}'
    );
    RETURN NULL;
  END IF;
  changed := changed_fields(session_image(OLD), image);
  IF cardinality(changed) > 0 THEN
    PERFORM record_change(
      NEW.organization_id, 'SESSION_UPDATED', 'Session', NEW.id,
      ARRAY[NEW.id, NEW.project_id, NEW.agent_id], image, changed
    );
  END IF;
  RETURN NULL;
END
$$;
