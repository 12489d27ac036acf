-- membership → MEMBER_CREATED, MEMBER_UPDATED, MEMBER_ARCHIVED
CREATE OR REPLACE FUNCTION capture_membership() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.created_at IS DISTINCT FROM OLD.created_at THEN 'createdAt' END,
      CASE WHEN NEW.name       IS DISTINCT FROM OLD.name       THEN 'name' END,
      CASE WHEN NEW.removed_at IS DISTINCT FROM OLD.removed_at THEN 'removedAt' END,
      CASE WHEN NEW.role       IS DISTINCT FROM OLD.role       THEN 'role' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'MEMBER_CREATED'
      WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL THEN 'MEMBER_ARCHIVED'
      ELSE 'MEMBER_UPDATED'
    END,
    'Membership', NEW.id, ARRAY[NEW.id, NEW.user_id],
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Membership', NEW.id),
      'user', global_id('User', NEW.user_id),
      'role', NEW.role,
      'name', NEW.name,
      'createdAt', date_time(NEW.created_at),
      'removedAt', date_time(NEW.removed_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_membership() FROM PUBLIC;

CREATE OR REPLACE TRIGGER membership_capture AFTER INSERT OR UPDATE ON membership
  FOR EACH ROW EXECUTE FUNCTION capture_membership();

ALTER TABLE membership ENABLE ALWAYS TRIGGER membership_capture;
