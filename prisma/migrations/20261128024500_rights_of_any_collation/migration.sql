-- rights of any collation

-- Texts that are compared by an index are compared byte by byte, whatever the collation of the database. A column that a
-- trigger names cannot change its type, so the trigger is dropped meanwhile.
DROP TRIGGER invitation_stays ON invitation;

ALTER TABLE invitation ALTER COLUMN email TYPE text COLLATE "C";
ALTER TABLE repository_grant ALTER COLUMN scope TYPE text COLLATE "C";

-- >>> prisma/sql/rule/invitation.sql
CREATE OR REPLACE TRIGGER invitation_touch BEFORE UPDATE ON invitation
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER invitation_stays BEFORE UPDATE ON invitation
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.email, OLD.invited_by_id) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.email, NEW.invited_by_id)
  )
  EXECUTE FUNCTION refuse('an invitation stays that of its address to its organization');

CREATE OR REPLACE TRIGGER invitation_stays_ended BEFORE UPDATE ON invitation
  FOR EACH ROW WHEN (OLD.status <> 'PENDING' AND OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION refuse('an invitation that has ended stays as it is');

CREATE OR REPLACE TRIGGER invitation_is_kept BEFORE DELETE OR TRUNCATE ON invitation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set status to WITHDRAWN instead');

ALTER TABLE invitation
  ENABLE ALWAYS TRIGGER invitation_stays,
  ENABLE ALWAYS TRIGGER invitation_stays_ended,
  ENABLE ALWAYS TRIGGER invitation_is_kept;
-- <<< prisma/sql/rule/invitation.sql
