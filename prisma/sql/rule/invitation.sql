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
