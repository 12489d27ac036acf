-- The rules that PostgreSQL can hold, held by PostgreSQL: for this server, for its next version, and for psql.
-- Services turn a violated rule into its typed error by the constraint's name.

-- ── Shapes ─────────────────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE organization
  ADD CONSTRAINT organization_slug_check CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  ADD CONSTRAINT organization_name_check CHECK (length(name) BETWEEN 1 AND 100);

ALTER TABLE "user"
  ADD CONSTRAINT user_email_check CHECK (email = lower(email) AND email ~ '^[^@\s]+@[^@\s]+$' AND length(email) <= 254),
  ADD CONSTRAINT user_name_check CHECK (length(name) BETWEEN 1 AND 100);

ALTER TABLE token
  ADD CONSTRAINT token_hash_check CHECK (hash ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT token_label_check CHECK (length(label) BETWEEN 1 AND 100);

ALTER TABLE project
  ADD CONSTRAINT project_slug_check CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  ADD CONSTRAINT project_name_check CHECK (length(name) BETWEEN 1 AND 100),
  ADD CONSTRAINT project_repo_url_check CHECK (repo_url <> '' AND length(repo_url) <= 2000),
  ADD CONSTRAINT project_scratch_check CHECK (kind <> 'SCRATCH' OR repo_url IS NULL);

ALTER TABLE session
  ADD CONSTRAINT session_num_check CHECK (num > 0),
  ADD CONSTRAINT session_display_name_check CHECK (length(display_name) BETWEEN 1 AND 20),
  ADD CONSTRAINT session_branch_check CHECK (length(branch) <= 255),
  ADD CONSTRAINT session_prompt_check CHECK (length(prompt) <= 4096),
  ADD CONSTRAINT session_workspace_path_check CHECK (workspace_path <> '' AND length(workspace_path) <= 4096);

ALTER TABLE pull_request
  -- Two spellings of one pull request are one row: the key is lower-case, the spelling stands beside it.
  ADD CONSTRAINT pull_request_host_check CHECK (host <> '' AND host = lower(host)),
  ADD CONSTRAINT pull_request_owner_key_check CHECK (repo_owner_key <> '' AND repo_owner_key = lower(repo_owner)),
  ADD CONSTRAINT pull_request_name_key_check CHECK (repo_name_key <> '' AND repo_name_key = lower(repo_name)),
  ADD CONSTRAINT pull_request_number_check CHECK (number > 0),
  ADD CONSTRAINT pull_request_size_check CHECK (additions >= 0 AND deletions >= 0 AND changed_files >= 0),
  ADD CONSTRAINT pull_request_draft_check CHECK (CASE state WHEN 'DRAFT' THEN is_draft WHEN 'OPEN' THEN NOT is_draft ELSE true END);

ALTER TABLE pull_request_check
  ADD CONSTRAINT pull_request_check_name_check CHECK (name <> '');

ALTER TABLE pull_request_review_thread
  ADD CONSTRAINT pull_request_review_thread_line_check CHECK (line >= 0);

ALTER TABLE idempotency_key
  ADD CONSTRAINT idempotency_key_key_check CHECK (length(key) BETWEEN 1 AND 255);

-- ── Uniqueness ─────────────────────────────────────────────────────────────────────────────────────────────────────

-- Removed members stay as history, so only the live ones are unique.
CREATE UNIQUE INDEX membership_live_key ON membership (organization_id, user_id) WHERE removed_at IS NULL;
CREATE INDEX membership_user_idx ON membership (user_id) WHERE removed_at IS NULL;
CREATE INDEX membership_list_idx ON membership (organization_id, created_at DESC, id DESC) WHERE removed_at IS NULL;

-- A viewer's keys are its own, per organization; acts outside any organization share one space.
CREATE UNIQUE INDEX idempotency_key_key ON idempotency_key (organization_id, viewer_id, key) NULLS NOT DISTINCT;

-- What makes CHANGES_REQUESTED: asked for every session on a board, and nearly always few.
CREATE INDEX pull_request_review_thread_open_idx ON pull_request_review_thread (pull_request_id)
  WHERE NOT is_resolved AND NOT is_bot;

-- ── Numbers ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Facts from outside are numbered by a draw from here before they are fetched, so that a slow answer is known to be old.
CREATE SEQUENCE pull_request_facts_number;

-- Numbers a session within its project. The update locks the project's row, so that concurrent spawns get
-- consecutive numbers, and a spawn that is rolled back gives its number back.
CREATE FUNCTION number_session() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE project
     SET last_session_num = last_session_num + 1
   WHERE id = NEW.project_id AND organization_id = NEW.organization_id
  RETURNING last_session_num INTO NEW.num;
  -- Without such a project the foreign key is about to say so; that is the error to hear, not the CHECK's.
  NEW.num := coalesce(NEW.num, 1);
  RETURN NEW;
END
$$;

CREATE TRIGGER session_number BEFORE INSERT ON session
  FOR EACH ROW EXECUTE FUNCTION number_session();

-- ── Times ──────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION touch_updated_at() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;

CREATE TRIGGER organization_touch BEFORE UPDATE ON organization
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER user_touch BEFORE UPDATE ON "user"
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER membership_touch BEFORE UPDATE ON membership
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER token_touch BEFORE UPDATE ON token
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.last_used_at IS NOT DISTINCT FROM NEW.last_used_at)
  EXECUTE FUNCTION touch_updated_at();
-- Counting up a project's sessions is no change of the project.
CREATE TRIGGER project_touch BEFORE UPDATE ON project
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.last_session_num = NEW.last_session_num)
  EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER session_touch BEFORE UPDATE ON session
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER pull_request_touch BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER pull_request_check_touch BEFORE UPDATE ON pull_request_check
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER pull_request_review_thread_touch BEFORE UPDATE ON pull_request_review_thread
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

-- ── Refusals ───────────────────────────────────────────────────────────────────────────────────────────────────────

-- Statements that would make history untrue. The reason is the trigger's argument.
CREATE FUNCTION refuse() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
    USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER structure_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON structure_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the audit trail is kept as it was written');

-- A row never changes its organization: the feed promises each organization its own changes, in order.
CREATE TRIGGER membership_tenant BEFORE UPDATE ON membership
  FOR EACH ROW WHEN (OLD.organization_id IS DISTINCT FROM NEW.organization_id)
  EXECUTE FUNCTION refuse('a row stays in its organization');
CREATE TRIGGER token_tenant BEFORE UPDATE ON token
  FOR EACH ROW WHEN (OLD.organization_id IS DISTINCT FROM NEW.organization_id)
  EXECUTE FUNCTION refuse('a row stays in its organization');
CREATE TRIGGER project_tenant BEFORE UPDATE ON project
  FOR EACH ROW WHEN (OLD.organization_id IS DISTINCT FROM NEW.organization_id)
  EXECUTE FUNCTION refuse('a row stays in its organization');
CREATE TRIGGER session_tenant BEFORE UPDATE ON session
  FOR EACH ROW WHEN (OLD.organization_id IS DISTINCT FROM NEW.organization_id OR OLD.project_id IS DISTINCT FROM NEW.project_id)
  EXECUTE FUNCTION refuse('a session stays in its project');
CREATE TRIGGER pull_request_tenant BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.organization_id IS DISTINCT FROM NEW.organization_id)
  EXECUTE FUNCTION refuse('a row stays in its organization');
CREATE TRIGGER pull_request_check_tenant BEFORE UPDATE ON pull_request_check
  FOR EACH ROW WHEN (OLD.pull_request_id IS DISTINCT FROM NEW.pull_request_id OR OLD.organization_id IS DISTINCT FROM NEW.organization_id)
  EXECUTE FUNCTION refuse('a check stays with its pull request');
CREATE TRIGGER pull_request_review_thread_tenant BEFORE UPDATE ON pull_request_review_thread
  FOR EACH ROW WHEN (OLD.pull_request_id IS DISTINCT FROM NEW.pull_request_id OR OLD.organization_id IS DISTINCT FROM NEW.organization_id)
  EXECUTE FUNCTION refuse('a review thread stays with its pull request');
