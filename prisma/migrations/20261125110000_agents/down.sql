CREATE OR REPLACE FUNCTION token_image(t token) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'id', global_id('Token', t.id),
    'user', global_id('User', t.user_id),
    'label', t.label,
    'prefix', t.prefix,
    'createdAt', date_time(t.created_at),
    'expiresAt', date_time(t.expires_at),
    'lastUsedAt', date_time(t.last_used_at),
    'revokedAt', date_time(t.revoked_at)
  )
$$;

CREATE OR REPLACE FUNCTION capture_token() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  image jsonb := token_image(NEW);
  subjects uuid[] := ARRAY[NEW.id, NEW.user_id];
  changed text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM record_change(NEW.organization_id, 'TOKEN_CREATED', 'Token', NEW.id, subjects, image, '{}');
    RETURN NULL;
  END IF;
  changed := changed_fields(token_image(OLD), image);
  IF cardinality(changed) > 0 THEN
    PERFORM record_change(
      NEW.organization_id,
      CASE WHEN OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL THEN 'TOKEN_ARCHIVED' ELSE 'TOKEN_UPDATED' END,
      'Token', NEW.id, subjects, image, changed
    );
  END IF;
  RETURN NULL;
END
$$;

ALTER TABLE session DROP COLUMN agent_id CASCADE;
CREATE TRIGGER session_stays BEFORE UPDATE ON session
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.project_id, OLD.num) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.project_id, NEW.num)
  )
  EXECUTE FUNCTION refuse('a session stays in its project, under its number');
ALTER TABLE session ENABLE ALWAYS TRIGGER session_stays;

-- Without agents there is nobody their tokens could be of.
DROP TRIGGER token_is_kept ON token;
DELETE FROM token WHERE agent_id IS NOT NULL;
CREATE TRIGGER token_is_kept BEFORE DELETE OR TRUNCATE ON token
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set revoked_at instead');
ALTER TABLE token ENABLE ALWAYS TRIGGER token_is_kept;
DROP TRIGGER token_agent_check ON token;
DROP TRIGGER token_stays ON token;
ALTER TABLE token DROP CONSTRAINT token_holder_check, DROP CONSTRAINT token_agent_reach_check;
ALTER TABLE token ALTER COLUMN user_id SET NOT NULL, DROP COLUMN agent_id;
CREATE TRIGGER token_stays BEFORE UPDATE ON token
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.user_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.user_id)
  )
  EXECUTE FUNCTION refuse('a token stays that of its person, with the same reach');
ALTER TABLE token ENABLE ALWAYS TRIGGER token_stays;

DROP TABLE reviewed_pull_request, agent_action, agent_memory, watched_repo, agent CASCADE;
DROP FUNCTION capture_watched_repo();
DROP FUNCTION capture_agent();
DROP FUNCTION release_agent_holdings();
DROP FUNCTION hold_by_working_agent();
DROP FUNCTION is_repo(text, text);
DROP TYPE agent_action_outcome;
DROP TYPE agent_status;
