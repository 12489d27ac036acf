-- The rules that PostgreSQL can hold, held by PostgreSQL: for this server, for its next version, and for psql.
-- Services turn a violated rule into its typed error by the constraint's name.
--
-- A trigger runs within somebody else's statement. So every one that reads or writes a table does so with the rights of
-- the tables' owner and in a search path of its own: neither the writer's path, nor a temporary table, nor what the
-- writer may not touch makes any difference. Nobody else may call it, for then it would do so for them.

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

-- A time that the API shows is one that it can show: finite, and of the years 1 to 9999 in every time zone. One row
-- beyond would break every list it stands in.
CREATE FUNCTION is_date_time(t timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN t >= '0001-01-02T00:00:00Z'::timestamptz AND t < '9999-12-31T00:00:00Z'::timestamptz;

ALTER TABLE organization
  ADD CONSTRAINT organization_times_check CHECK (is_date_time(created_at));
ALTER TABLE "user"
  ADD CONSTRAINT user_times_check CHECK (is_date_time(created_at));
ALTER TABLE membership
  ADD CONSTRAINT membership_times_check CHECK (is_date_time(created_at) AND is_date_time(removed_at));
ALTER TABLE token
  ADD CONSTRAINT token_times_check CHECK (
    is_date_time(created_at) AND is_date_time(expires_at) AND is_date_time(last_used_at) AND is_date_time(revoked_at)
  );
ALTER TABLE project
  ADD CONSTRAINT project_times_check CHECK (
    is_date_time(created_at) AND is_date_time(updated_at) AND is_date_time(archived_at)
  );
ALTER TABLE session
  ADD CONSTRAINT session_times_check CHECK (is_date_time(created_at) AND is_date_time(updated_at));
ALTER TABLE pull_request
  ADD CONSTRAINT pull_request_times_check CHECK (
    is_date_time(created_at) AND is_date_time(updated_at) AND is_date_time(state_changed_at) AND is_date_time(observed_at)
  );
ALTER TABLE pull_request_check
  ADD CONSTRAINT pull_request_check_times_check CHECK (is_date_time(created_at) AND is_date_time(updated_at));
ALTER TABLE pull_request_review_thread
  ADD CONSTRAINT pull_request_review_thread_times_check CHECK (is_date_time(created_at) AND is_date_time(updated_at));
ALTER TABLE pull_request_review
  ADD CONSTRAINT pull_request_review_times_check CHECK (is_date_time(submitted_at));
ALTER TABLE structure_event
  ADD CONSTRAINT structure_event_times_check CHECK (is_date_time(occurred_at));

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
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
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
  NEW.updated_at := pg_catalog.now();
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

-- A row stays what it is and where it is: the feed promises each organization its own changes, in order, under ids that
-- go on meaning the same.
CREATE TRIGGER organization_stays BEFORE UPDATE ON organization
  FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id)
  EXECUTE FUNCTION refuse('a row keeps its id');
CREATE TRIGGER membership_stays BEFORE UPDATE ON membership
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id, OLD.user_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.user_id))
  EXECUTE FUNCTION refuse('a membership stays that of its person in its organization');
CREATE TRIGGER token_stays BEFORE UPDATE ON token
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.user_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.user_id)
  )
  EXECUTE FUNCTION refuse('a token stays that of its person, with the same reach');
CREATE TRIGGER token_stays_revoked BEFORE UPDATE ON token
  FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL)
  EXECUTE FUNCTION refuse('a revoked token stays revoked');
CREATE TRIGGER project_stays BEFORE UPDATE ON project
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id) IS DISTINCT FROM (NEW.id, NEW.organization_id))
  EXECUTE FUNCTION refuse('a project stays in its organization');
CREATE TRIGGER session_stays BEFORE UPDATE ON session
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.project_id, OLD.num) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.project_id, NEW.num)
  )
  EXECUTE FUNCTION refuse('a session stays in its project, under its number');
CREATE TRIGGER pull_request_stays BEFORE UPDATE ON pull_request
  FOR EACH ROW WHEN ((OLD.id, OLD.organization_id) IS DISTINCT FROM (NEW.id, NEW.organization_id))
  EXECUTE FUNCTION refuse('a pull request stays in its organization');
CREATE TRIGGER pull_request_check_stays BEFORE UPDATE ON pull_request_check
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.pull_request_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.pull_request_id)
  )
  EXECUTE FUNCTION refuse('a check stays with its pull request');
CREATE TRIGGER pull_request_review_thread_stays BEFORE UPDATE ON pull_request_review_thread
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.pull_request_id) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.pull_request_id)
  )
  EXECUTE FUNCTION refuse('a review thread stays with its pull request');

-- ── Rules between rows ─────────────────────────────────────────────────────────────────────────────────────────────

-- An organization keeps an OWNER. Asked at the end of the transaction, so that ownership can be handed over in any
-- order, and one transaction after another: of two owners who leave at once, the second one sees that the first has.
-- (The lock is one of its own: under the organization's, a member's act and the end of the membership would wait for
-- each other.)
CREATE FUNCTION keep_an_owner() RETURNS trigger
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

CREATE CONSTRAINT TRIGGER organization_owner_check AFTER UPDATE ON membership
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (
    OLD.role = 'OWNER' AND OLD.removed_at IS NULL AND (NEW.role <> 'OWNER' OR NEW.removed_at IS NOT NULL)
  )
  EXECUTE FUNCTION keep_an_owner();

-- Pull requests are held by workers, in projects that have a repository. Asked when one gets a holder, and when what
-- holds some becomes something else. (A holder is locked against that meanwhile.)
CREATE FUNCTION keep_pull_requests_with_workers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  is_held boolean;
BEGIN
  CASE TG_TABLE_NAME
    WHEN 'pull_request' THEN
      PERFORM FROM session s WHERE s.id = NEW.session_id FOR SHARE;
      is_held := EXISTS (
        SELECT FROM session s JOIN project p ON p.id = s.project_id
         WHERE s.id = NEW.session_id AND (s.kind = 'ORCHESTRATOR' OR p.kind = 'SCRATCH')
      );
    WHEN 'session' THEN
      is_held := EXISTS (SELECT FROM pull_request r WHERE r.session_id = NEW.id);
    WHEN 'project' THEN
      is_held := EXISTS (SELECT FROM pull_request r JOIN session s ON s.id = r.session_id WHERE s.project_id = NEW.id);
  END CASE;
  IF is_held THEN
    RAISE EXCEPTION 'An orchestrator, or a session of a scratch project, holds no pull requests.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'pull_request_holder_check', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER pull_request_insert_holder_check AFTER INSERT ON pull_request
  FOR EACH ROW EXECUTE FUNCTION keep_pull_requests_with_workers();
CREATE TRIGGER pull_request_update_holder_check AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.session_id IS DISTINCT FROM NEW.session_id) EXECUTE FUNCTION keep_pull_requests_with_workers();
CREATE TRIGGER session_holder_check AFTER UPDATE ON session
  FOR EACH ROW WHEN (NEW.kind = 'ORCHESTRATOR' AND OLD.kind <> 'ORCHESTRATOR')
  EXECUTE FUNCTION keep_pull_requests_with_workers();
CREATE TRIGGER project_holder_check AFTER UPDATE ON project
  FOR EACH ROW WHEN (NEW.kind = 'SCRATCH' AND OLD.kind <> 'SCRATCH')
  EXECUTE FUNCTION keep_pull_requests_with_workers();

REVOKE EXECUTE ON FUNCTION number_session(), keep_an_owner(), keep_pull_requests_with_workers() FROM PUBLIC;

-- A writer that switches ordinary triggers off (session_replication_role = replica) is held to it all the same.
DO $$
DECLARE
  t record;
BEGIN
  FOR t IN
    SELECT tgrelid::regclass AS table_name, tgname FROM pg_trigger
     WHERE NOT tgisinternal AND tgname ~ '_(is_kept|stays|stays_revoked|check)$'
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.table_name, t.tgname);
  END LOOP;
END
$$;
