CREATE OR REPLACE FUNCTION changed_fields(before jsonb, after jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT coalesce(array_agg(field.key ORDER BY field.key), '{}')
    FROM jsonb_each(after) field
   WHERE field.value IS DISTINCT FROM before -> field.key
     AND field.key NOT IN ('updatedAt', 'observedAt', 'lastUsedAt')
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
    'activityState', s.activity_state,
    'isTerminated', s.is_terminated,
    'branch', s.branch,
    'createdAt', date_time(s.created_at),
    'updatedAt', date_time(s.updated_at)
  )
$$;

CREATE OR REPLACE FUNCTION capture_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM record_change(
      NEW.organization_id, 'SESSION_CREATED', 'Session', NEW.id, ARRAY[NEW.id, NEW.project_id], session_image(NEW), '{}'
    );
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM record_change(
      OLD.organization_id, 'SESSION_DELETED', 'Session', OLD.id, ARRAY[OLD.id, OLD.project_id], session_image(OLD), '{}'
    );
  ELSE
    changed := changed_fields(session_image(OLD), session_image(NEW));
    IF cardinality(changed) > 0 THEN
      PERFORM record_change(
        NEW.organization_id, 'SESSION_UPDATED', 'Session', NEW.id, ARRAY[NEW.id, NEW.project_id], session_image(NEW), changed
      );
    END IF;
  END IF;
  RETURN NULL;
END
$$;

DROP TRIGGER pull_request_update_terminate ON pull_request;
DROP FUNCTION terminate_session_on_merge();

ALTER TABLE pull_request DROP COLUMN external_id;

ALTER TABLE session
  DROP CONSTRAINT session_no_signal_check,
  DROP CONSTRAINT session_times_check,
  ADD CONSTRAINT session_times_check CHECK (is_date_time(created_at) AND is_date_time(updated_at)),
  DROP COLUMN terminate_on_pr_merge,
  DROP COLUMN launch_id,
  DROP COLUMN no_signal_at;
