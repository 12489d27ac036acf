-- rights

-- CreateEnum
CREATE TYPE "invitation_status" AS ENUM ('PENDING', 'ACCEPTED', 'DECLINED', 'WITHDRAWN');

-- AlterTable
ALTER TABLE "membership" ADD COLUMN     "name" TEXT;

-- AlterTable
ALTER TABLE "token" ADD COLUMN     "created_with_id" UUID;

-- AlterTable
ALTER TABLE "structure_event" ADD COLUMN     "token_id" UUID;

-- AlterTable
ALTER TABLE "change_outbox" ADD COLUMN     "token_id" UUID DEFAULT (nullif(current_setting('muster.actor', true), '')::jsonb ->> 'tokenId')::uuid;

-- AlterTable
ALTER TABLE "change_log" ADD COLUMN     "token_id" UUID;

-- CreateTable
CREATE TABLE "invitation" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "email" TEXT COLLATE "C" NOT NULL,
    "name" TEXT NOT NULL,
    "role" "membership_role" NOT NULL,
    "status" "invitation_status" NOT NULL DEFAULT 'PENDING',
    "invited_by_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "repository_grant" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "scope" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "repository_grant_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "invitation_list_idx" ON "invitation"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "invitation_email_idx" ON "invitation"("email", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "repository_grant_key" ON "repository_grant"("organization_id", "scope");

-- CreateIndex
CREATE INDEX "token_created_by_idx" ON "token"("created_by_id");

-- CreateIndex
CREATE INDEX "token_created_with_idx" ON "token"("created_with_id");

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_invited_by_id_fkey" FOREIGN KEY ("invited_by_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "repository_grant" ADD CONSTRAINT "repository_grant_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "token" ADD CONSTRAINT "token_created_with_id_fkey" FOREIGN KEY ("created_with_id") REFERENCES "token"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE membership
  ADD CONSTRAINT membership_name_check CHECK (length(name) BETWEEN 1 AND 100);

ALTER TABLE invitation
  ADD CONSTRAINT invitation_email_check CHECK (
    email = ascii_lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254
  ),
  ADD CONSTRAINT invitation_name_check CHECK (length(name) BETWEEN 1 AND 100),
  ADD CONSTRAINT invitation_end_check CHECK ((status = 'PENDING') = (ended_at IS NULL)),
  ADD CONSTRAINT invitation_times_check CHECK (is_date_time(created_at) AND is_date_time(ended_at));

-- An address has one open invitation to an organization.
CREATE UNIQUE INDEX invitation_pending_key ON invitation (organization_id, email) WHERE status = 'PENDING';

ALTER TABLE repository_grant
  ADD CONSTRAINT repository_grant_scope_check CHECK (
    scope = ascii_lower(scope) AND scope ~ '^(\*|[^/*[:space:]]+(/[^/*[:space:]]+){0,2})$'
  );

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

-- >>> prisma/sql/rule/token.sql
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
-- <<< prisma/sql/rule/token.sql

-- >>> prisma/sql/capture/invitation.sql
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
-- <<< prisma/sql/capture/invitation.sql

-- >>> prisma/sql/capture/membership.sql
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
-- <<< prisma/sql/capture/membership.sql

-- >>> prisma/sql/capture/token.sql
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
-- <<< prisma/sql/capture/token.sql
