-- invitation → INVITATION_CREATED, INVITATION_UPDATED, INVITATION_ARCHIVED
CREATE OR REPLACE FUNCTION capture_invitation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.created_at IS DISTINCT FROM OLD.created_at THEN 'createdAt' END,
      CASE WHEN NEW.ended_at   IS DISTINCT FROM OLD.ended_at   THEN 'endedAt' END,
      CASE WHEN NEW.name       IS DISTINCT FROM OLD.name       THEN 'name' END,
      CASE WHEN NEW.role       IS DISTINCT FROM OLD.role       THEN 'role' END,
      CASE WHEN NEW.status     IS DISTINCT FROM OLD.status     THEN 'status' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'INVITATION_CREATED'
      WHEN OLD.status = 'PENDING' AND NEW.status <> 'PENDING' THEN 'INVITATION_ARCHIVED'
      ELSE 'INVITATION_UPDATED'
    END,
    'Invitation', NEW.id, ARRAY[NEW.id, NEW.invited_by_id],
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Invitation', NEW.id),
      'email', NEW.email,
      'name', NEW.name,
      'role', NEW.role,
      'status', NEW.status,
      'invitedBy', global_id('User', NEW.invited_by_id),
      'createdAt', date_time(NEW.created_at),
      'endedAt', date_time(NEW.ended_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_invitation() FROM PUBLIC;

CREATE OR REPLACE TRIGGER invitation_capture AFTER INSERT OR UPDATE ON invitation
  FOR EACH ROW EXECUTE FUNCTION capture_invitation();

ALTER TABLE invitation ENABLE ALWAYS TRIGGER invitation_capture;
