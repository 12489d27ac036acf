-- Using a token does not count as an update of the token.
CREATE OR REPLACE TRIGGER token_touch BEFORE UPDATE ON token
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.last_used_at IS NOT DISTINCT FROM NEW.last_used_at)
  EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER token_stays BEFORE UPDATE ON token
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.user_id, OLD.agent_id, OLD.created_by_id, OLD.created_with_id) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.user_id, NEW.agent_id, NEW.created_by_id, NEW.created_with_id)
  )
  EXECUTE FUNCTION refuse('a token stays that of its holder, with the same reach and the same maker');

CREATE OR REPLACE TRIGGER token_stays_revoked BEFORE UPDATE ON token
  FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL)
  EXECUTE FUNCTION refuse('a revoked token stays revoked');

CREATE OR REPLACE TRIGGER token_is_kept BEFORE DELETE OR TRUNCATE ON token
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set revoked_at instead');

-- A token never outlives the token that it was made with, and reaches no further. The maker is locked, so that a
-- revocation of the maker waits and then finds the new token.
CREATE OR REPLACE FUNCTION limit_made_token() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  maker token;
BEGIN
  SELECT * INTO maker FROM token WHERE id = NEW.created_with_id FOR SHARE;
  IF maker.revoked_at IS NOT NULL OR maker.organization_id <> NEW.organization_id
    OR (maker.organization_id IS NOT NULL AND NEW.organization_id IS NULL) THEN
    RAISE EXCEPTION 'The token that it was made with is revoked, or does not work where it would.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'token_maker_check', TABLE = 'token';
  END IF;
  NEW.expires_at := least(NEW.expires_at, maker.expires_at);
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION limit_made_token() FROM PUBLIC;

CREATE OR REPLACE TRIGGER token_limit BEFORE INSERT ON token
  FOR EACH ROW WHEN (NEW.created_with_id IS NOT NULL) EXECUTE FUNCTION limit_made_token();

-- A revocation revokes what was made with the token, and what was made with that. One statement revokes a whole line of
-- tokens: a trigger for each row would recurse, and a line long enough to exhaust the stack could not be revoked. The
-- loop ends when a statement finds no more: a token that was being made meanwhile is found once its maker is locked.
CREATE OR REPLACE FUNCTION revoke_made_tokens() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  revoked uuid[];
  at timestamptz;
BEGIN
  SELECT array_agg(n.id), min(n.revoked_at) INTO revoked, at
    FROM new_token n JOIN old_token o USING (id)
   WHERE o.revoked_at IS NULL AND n.revoked_at IS NOT NULL;
  WHILE at IS NOT NULL LOOP
    WITH RECURSIVE made AS (
      SELECT id FROM token WHERE created_with_id = ANY (revoked)
      UNION
      SELECT token.id FROM token JOIN made ON token.created_with_id = made.id
    )
    UPDATE token SET revoked_at = at WHERE id IN (SELECT id FROM made) AND revoked_at IS NULL;
    EXIT WHEN NOT FOUND;
  END LOOP;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION revoke_made_tokens() FROM PUBLIC;

CREATE OR REPLACE TRIGGER token_revokes_made AFTER UPDATE ON token
  REFERENCING OLD TABLE AS old_token NEW TABLE AS new_token
  FOR EACH STATEMENT EXECUTE FUNCTION revoke_made_tokens();

ALTER TABLE token
  ENABLE ALWAYS TRIGGER token_limit,
  ENABLE ALWAYS TRIGGER token_revokes_made,
  ENABLE ALWAYS TRIGGER token_stays,
  ENABLE ALWAYS TRIGGER token_stays_revoked,
  ENABLE ALWAYS TRIGGER token_is_kept;
