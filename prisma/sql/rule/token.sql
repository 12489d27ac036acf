-- Using a token does not count as an update of the token.
CREATE OR REPLACE TRIGGER token_touch BEFORE UPDATE ON token
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.last_used_at IS NOT DISTINCT FROM NEW.last_used_at)
  EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER token_stays BEFORE UPDATE ON token
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.user_id, OLD.agent_id) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.user_id, NEW.agent_id)
  )
  EXECUTE FUNCTION refuse('a token stays that of its holder, with the same reach');

CREATE OR REPLACE TRIGGER token_stays_revoked BEFORE UPDATE ON token
  FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL)
  EXECUTE FUNCTION refuse('a revoked token stays revoked');

CREATE OR REPLACE TRIGGER token_is_kept BEFORE DELETE OR TRUNCATE ON token
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set revoked_at instead');

ALTER TABLE token
  ENABLE ALWAYS TRIGGER token_stays,
  ENABLE ALWAYS TRIGGER token_stays_revoked,
  ENABLE ALWAYS TRIGGER token_is_kept;
