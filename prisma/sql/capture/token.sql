-- token → TOKEN_CREATED, TOKEN_UPDATED, TOKEN_ARCHIVED
-- A user's token without an organization causes no event: every feed belongs to one organization.
CREATE OR REPLACE FUNCTION capture_token() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.created_at IS DISTINCT FROM OLD.created_at THEN 'createdAt' END,
      CASE WHEN NEW.expires_at IS DISTINCT FROM OLD.expires_at THEN 'expiresAt' END,
      CASE WHEN NEW.label      IS DISTINCT FROM OLD.label      THEN 'label' END,
      CASE WHEN NEW.prefix     IS DISTINCT FROM OLD.prefix     THEN 'prefix' END,
      CASE WHEN NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN 'revokedAt' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'TOKEN_CREATED'
      WHEN OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL THEN 'TOKEN_ARCHIVED'
      ELSE 'TOKEN_UPDATED'
    END,
    'Token', NEW.id, array_remove(ARRAY[NEW.id, NEW.user_id, NEW.agent_id], NULL),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Token', NEW.id),
      'user', global_id('User', NEW.user_id),
      'agent', global_id('Agent', NEW.agent_id),
      'label', NEW.label,
      'prefix', NEW.prefix,
      'createdBy', global_id('User', NEW.created_by_id),
      'createdAt', date_time(NEW.created_at),
      'expiresAt', date_time(NEW.expires_at),
      'lastUsedAt', date_time(NEW.last_used_at),
      'revokedAt', date_time(NEW.revoked_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_token() FROM PUBLIC;

CREATE OR REPLACE TRIGGER token_capture AFTER INSERT OR UPDATE ON token
  FOR EACH ROW WHEN (NEW.organization_id IS NOT NULL) EXECUTE FUNCTION capture_token();

ALTER TABLE token ENABLE ALWAYS TRIGGER token_capture;
