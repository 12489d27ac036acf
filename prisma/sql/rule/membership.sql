CREATE OR REPLACE TRIGGER membership_touch BEFORE UPDATE ON membership
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER membership_stays BEFORE UPDATE ON membership
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id, OLD.user_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.user_id))
  EXECUTE FUNCTION refuse('a membership stays that of its person in its organization');

CREATE OR REPLACE TRIGGER membership_is_kept BEFORE DELETE OR TRUNCATE ON membership
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set removed_at instead');

-- An organization keeps at least one OWNER. The check runs at the end of the transaction, so that ownership can be handed
-- over in any order. An advisory lock runs concurrent checks one after another: when the last two owners leave at the
-- same time, the second check sees that the first owner has left. The lock is not the organization's row lock, because
-- an act of a member and the end of the membership would deadlock on that.
CREATE OR REPLACE FUNCTION keep_an_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('organization_owner:' || NEW.organization_id, 0));
  IF NOT EXISTS (
    SELECT FROM membership m WHERE m.organization_id = NEW.organization_id AND m.role = 'OWNER' AND m.removed_at IS NULL
  ) THEN
    RAISE EXCEPTION 'An organization keeps at least one OWNER.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_owner_check', TABLE = 'membership';
  END IF;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION keep_an_owner() FROM PUBLIC;

-- PostgreSQL cannot replace a constraint trigger, so it is dropped first.
DROP TRIGGER IF EXISTS organization_owner_check ON membership;
CREATE CONSTRAINT TRIGGER organization_owner_check AFTER UPDATE ON membership
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (
    OLD.role = 'OWNER' AND OLD.removed_at IS NULL AND (NEW.role <> 'OWNER' OR NEW.removed_at IS NOT NULL)
  )
  EXECUTE FUNCTION keep_an_owner();

ALTER TABLE membership
  ENABLE ALWAYS TRIGGER membership_stays,
  ENABLE ALWAYS TRIGGER membership_is_kept,
  ENABLE ALWAYS TRIGGER organization_owner_check;
