-- Agents: those who are hired, what they hold, and what stays of them.

-- ── Tables ─────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TYPE agent_status AS ENUM ('PENDING', 'RUNNING', 'STOPPED', 'ERROR');

CREATE TYPE agent_action_outcome AS ENUM ('ALLOWED', 'DENIED');

CREATE TABLE agent (
  id uuid NOT NULL DEFAULT uuid_v7(),
  organization_id uuid NOT NULL,
  name text NOT NULL,
  role text NOT NULL,
  status agent_status NOT NULL DEFAULT 'PENDING',
  config jsonb NOT NULL DEFAULT '{}',
  hired_by_id uuid NOT NULL,
  template_agent_id uuid,
  container_ref text,
  failure text,
  hired_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  offboarded_at timestamptz(3),
  offboard_reason text,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT agent_pkey PRIMARY KEY (id),
  CONSTRAINT agent_organization_id_fkey FOREIGN KEY (organization_id)
    REFERENCES organization (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT agent_hired_by_id_fkey FOREIGN KEY (hired_by_id)
    REFERENCES "user" (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT agent_template_agent_id_fkey FOREIGN KEY (template_agent_id)
    REFERENCES agent (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT agent_name_check CHECK (length(name) BETWEEN 1 AND 100),
  CONSTRAINT agent_role_check CHECK (length(role) BETWEEN 1 AND 100),
  CONSTRAINT agent_config_check CHECK (jsonb_typeof(config) = 'object'),
  CONSTRAINT agent_template_check CHECK (template_agent_id <> id),
  CONSTRAINT agent_offboard_reason_check CHECK (length(offboard_reason) BETWEEN 1 AND 1000),
  CONSTRAINT agent_offboarded_check CHECK ((status = 'STOPPED') = (offboarded_at IS NOT NULL)),
  -- Who works no more has no container: it was handed to a job that takes it down.
  CONSTRAINT agent_container_check CHECK (status IN ('PENDING', 'RUNNING') OR container_ref IS NULL),
  CONSTRAINT agent_times_check CHECK (
    is_date_time(hired_at) AND is_date_time(offboarded_at) AND is_date_time(updated_at)
  )
);

CREATE UNIQUE INDEX agent_tenant_key ON agent (organization_id, id);
CREATE UNIQUE INDEX agent_hired_by_key ON agent (organization_id, id, hired_by_id);
CREATE INDEX agent_list_idx ON agent (organization_id, hired_at DESC, id DESC);
CREATE INDEX agent_hired_by_idx ON agent (hired_by_id);
CREATE INDEX agent_template_idx ON agent (template_agent_id);
-- Whose containers are looked at, again and again.
CREATE INDEX agent_container_idx ON agent (id) WHERE container_ref IS NOT NULL;

-- As GitHub allows them: an owner has letters, digits and single hyphens within, and for a managed account an underscore
-- before the short code of its enterprise.
CREATE FUNCTION is_repo(owner text, name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN length(owner) <= 39
   AND owner ~ '^[A-Za-z0-9]+(-[A-Za-z0-9]+)*(_[A-Za-z0-9]+)?$'
   AND name ~ '^[A-Za-z0-9._-]{1,100}$'
   AND name !~ '^\.{1,2}$'
   AND name !~* '\.git$';

CREATE TABLE watched_repo (
  id uuid NOT NULL DEFAULT uuid_v7(),
  organization_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  user_id uuid NOT NULL,
  repo_owner text NOT NULL,
  repo_name text NOT NULL,
  repo_owner_key text NOT NULL,
  repo_name_key text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT watched_repo_pkey PRIMARY KEY (id),
  CONSTRAINT watched_repo_agent_fkey FOREIGN KEY (organization_id, agent_id, user_id)
    REFERENCES agent (organization_id, id, hired_by_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT watched_repo_shape_check CHECK (is_repo(repo_owner, repo_name)),
  CONSTRAINT watched_repo_owner_key_check CHECK (repo_owner_key = lower(repo_owner)),
  CONSTRAINT watched_repo_name_key_check CHECK (repo_name_key = lower(repo_name)),
  CONSTRAINT watched_repo_times_check CHECK (is_date_time(created_at))
);

CREATE UNIQUE INDEX watched_repo_key ON watched_repo (organization_id, user_id, repo_owner_key, repo_name_key);
CREATE INDEX watched_repo_agent_idx ON watched_repo (agent_id, created_at DESC, id DESC);

CREATE TABLE agent_memory (
  id uuid NOT NULL DEFAULT uuid_v7(),
  organization_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT agent_memory_pkey PRIMARY KEY (id),
  CONSTRAINT agent_memory_agent_fkey FOREIGN KEY (organization_id, agent_id)
    REFERENCES agent (organization_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT agent_memory_key_check CHECK (length(key) BETWEEN 1 AND 255),
  CONSTRAINT agent_memory_value_check CHECK (length(value) <= 65536),
  CONSTRAINT agent_memory_times_check CHECK (is_date_time(created_at) AND is_date_time(updated_at))
);

CREATE UNIQUE INDEX agent_memory_key ON agent_memory (organization_id, agent_id, key);
CREATE INDEX agent_memory_list_idx ON agent_memory (agent_id, updated_at DESC, id DESC);

CREATE TABLE agent_action (
  id uuid NOT NULL DEFAULT uuid_v7(),
  organization_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  action text NOT NULL,
  outcome agent_action_outcome NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT agent_action_pkey PRIMARY KEY (id),
  CONSTRAINT agent_action_agent_fkey FOREIGN KEY (organization_id, agent_id)
    REFERENCES agent (organization_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT agent_action_action_check CHECK (length(action) BETWEEN 1 AND 255),
  CONSTRAINT agent_action_metadata_check CHECK (jsonb_typeof(metadata) = 'object'),
  CONSTRAINT agent_action_times_check CHECK (is_date_time(created_at))
);

CREATE INDEX agent_action_list_idx ON agent_action (agent_id, created_at DESC, id DESC);

CREATE TABLE reviewed_pull_request (
  id uuid NOT NULL DEFAULT uuid_v7(),
  organization_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  user_id uuid NOT NULL,
  repo_owner text NOT NULL,
  repo_name text NOT NULL,
  repo_owner_key text NOT NULL,
  repo_name_key text NOT NULL,
  number integer NOT NULL,
  reviewed_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT reviewed_pull_request_pkey PRIMARY KEY (id),
  CONSTRAINT reviewed_pull_request_agent_fkey FOREIGN KEY (organization_id, agent_id, user_id)
    REFERENCES agent (organization_id, id, hired_by_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT reviewed_pull_request_shape_check CHECK (is_repo(repo_owner, repo_name)),
  CONSTRAINT reviewed_pull_request_owner_key_check CHECK (repo_owner_key = lower(repo_owner)),
  CONSTRAINT reviewed_pull_request_name_key_check CHECK (repo_name_key = lower(repo_name)),
  CONSTRAINT reviewed_pull_request_number_check CHECK (number > 0),
  CONSTRAINT reviewed_pull_request_times_check CHECK (is_date_time(reviewed_at))
);

-- Per person, not per agent: who is hired in another's place does not review again what that one did.
CREATE UNIQUE INDEX reviewed_pull_request_key ON reviewed_pull_request (organization_id, user_id, repo_owner_key, repo_name_key, number);
CREATE INDEX reviewed_pull_request_list_idx ON reviewed_pull_request (agent_id, reviewed_at DESC, id DESC);

-- A token is a person's or an agent's; an agent's is good in its organization alone.
ALTER TABLE token
  ALTER COLUMN user_id DROP NOT NULL,
  ADD COLUMN agent_id uuid,
  ADD CONSTRAINT token_agent_fkey FOREIGN KEY (organization_id, agent_id)
    REFERENCES agent (organization_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  ADD CONSTRAINT token_holder_check CHECK (num_nonnulls(user_id, agent_id) = 1),
  ADD CONSTRAINT token_agent_reach_check CHECK (agent_id IS NULL OR organization_id IS NOT NULL);

CREATE INDEX token_agent_idx ON token (agent_id, created_at DESC, id DESC);

ALTER TABLE session
  ADD COLUMN agent_id uuid,
  ADD CONSTRAINT session_agent_fkey FOREIGN KEY (organization_id, agent_id)
    REFERENCES agent (organization_id, id) ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE INDEX session_agent_list_idx ON session (agent_id, created_at DESC, id DESC);

-- ── Rules ──────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TRIGGER agent_touch BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER agent_memory_touch BEFORE UPDATE ON agent_memory
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

-- How the status of an agent may change. Nobody comes back: a successor is another agent.
CREATE TRIGGER agent_status_stays BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (
    OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
      ('PENDING', 'RUNNING'),
      ('PENDING', 'ERROR'),
      ('PENDING', 'STOPPED'),
      ('RUNNING', 'ERROR'),
      ('RUNNING', 'STOPPED'),
      ('ERROR', 'STOPPED')
    )
  )
  EXECUTE FUNCTION refuse('an agent does not go from that status to this one');

CREATE TRIGGER agent_stays BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.hired_by_id, OLD.hired_at, OLD.template_agent_id) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.hired_by_id, NEW.hired_at, NEW.template_agent_id)
  )
  EXECUTE FUNCTION refuse('an agent stays who was hired, by whom, where and when');
CREATE TRIGGER watched_repo_stays BEFORE UPDATE ON watched_repo
  FOR EACH ROW EXECUTE FUNCTION refuse('release the repository, and watch it anew');
CREATE TRIGGER agent_memory_stays BEFORE UPDATE ON agent_memory
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.agent_id, OLD.key) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.agent_id, NEW.key)
  )
  EXECUTE FUNCTION refuse('what is remembered stays with its agent, under its key');

CREATE TRIGGER agent_memory_is_kept BEFORE DELETE OR TRUNCATE ON agent_memory
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what an agent remembered is kept');
CREATE TRIGGER agent_action_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON agent_action
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the log of what an agent tried is kept as it was written');
CREATE TRIGGER reviewed_pull_request_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON reviewed_pull_request
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what was reviewed stays reviewed');

DROP TRIGGER token_stays ON token;
CREATE TRIGGER token_stays BEFORE UPDATE ON token
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.user_id, OLD.agent_id) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.user_id, NEW.agent_id)
  )
  EXECUTE FUNCTION refuse('a token stays that of its holder, with the same reach');

DROP TRIGGER session_stays ON session;
CREATE TRIGGER session_stays BEFORE UPDATE ON session
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.project_id, OLD.num, OLD.agent_id) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.project_id, NEW.num, NEW.agent_id)
  )
  EXECUTE FUNCTION refuse('a session stays in its project, under its number, and that of its agent');

-- What an agent may hold depends on its status: repositories and live sessions while it is RUNNING, tokens until it has
-- ended. The agent's row is locked meanwhile, so that whoever ends it at this moment comes before or after, and takes
-- along what is held by then.
CREATE FUNCTION hold_by_working_agent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  current_status agent_status;
  may_hold boolean;
BEGIN
  SELECT a.status INTO current_status FROM agent a WHERE a.id = NEW.agent_id FOR SHARE;
  may_hold := CASE TG_TABLE_NAME
    WHEN 'token' THEN current_status IN ('PENDING', 'RUNNING')
    ELSE current_status = 'RUNNING'
  END;
  -- Without such an agent the foreign key is about to say so.
  IF NOT may_hold THEN
    RAISE EXCEPTION 'An agent that is % holds no new %.', current_status, TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0], TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER watched_repo_agent_check BEFORE INSERT ON watched_repo
  FOR EACH ROW EXECUTE FUNCTION hold_by_working_agent('watched_repo_agent_check');
CREATE TRIGGER token_agent_check BEFORE INSERT ON token
  FOR EACH ROW WHEN (NEW.agent_id IS NOT NULL AND NEW.revoked_at IS NULL)
  EXECUTE FUNCTION hold_by_working_agent('token_agent_check');
CREATE TRIGGER session_insert_agent_check BEFORE INSERT ON session
  FOR EACH ROW WHEN (NEW.agent_id IS NOT NULL AND NOT NEW.is_terminated)
  EXECUTE FUNCTION hold_by_working_agent('session_agent_check');
CREATE TRIGGER session_update_agent_check BEFORE UPDATE ON session
  FOR EACH ROW WHEN (NEW.agent_id IS NOT NULL AND OLD.is_terminated AND NOT NEW.is_terminated)
  EXECUTE FUNCTION hold_by_working_agent('session_agent_check');

-- An agent that works no more holds nothing: its repositories are free for the next, its sessions have ended (so that
-- their pull requests can be claimed without a takeover), its tokens are good for nothing. Whoever ends it, and with it:
-- there is no moment in between. (Named so that it comes before the capture: first what it held is heard of, then it.)
CREATE FUNCTION release_agent_holdings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  DELETE FROM watched_repo w WHERE w.agent_id = NEW.id;
  UPDATE session s SET is_terminated = true, activity_state = 'EXITED', activity_last_at = now()
   WHERE s.agent_id = NEW.id AND NOT s.is_terminated;
  UPDATE token t SET revoked_at = now() WHERE t.agent_id = NEW.id AND t.revoked_at IS NULL;
  RETURN NULL;
END
$$;

CREATE TRIGGER agent_holdings_release AFTER UPDATE ON agent
  FOR EACH ROW WHEN (OLD.status IN ('PENDING', 'RUNNING') AND NEW.status IN ('STOPPED', 'ERROR'))
  EXECUTE FUNCTION release_agent_holdings();

REVOKE EXECUTE ON FUNCTION hold_by_working_agent(), release_agent_holdings() FROM PUBLIC;

-- ── Capture ────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION agent_image(a agent) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'id', global_id('Agent', a.id),
    'name', a.name,
    'role', a.role,
    'status', a.status,
    'hiredBy', global_id('User', a.hired_by_id),
    'hiredAt', date_time(a.hired_at),
    'offboardedAt', date_time(a.offboarded_at),
    'offboardReason', a.offboard_reason,
    'failure', a.failure,
    'updatedAt', date_time(a.updated_at)
  )
$$;

CREATE FUNCTION capture_agent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  image jsonb := agent_image(NEW);
  subjects uuid[] := ARRAY[NEW.id, NEW.hired_by_id];
  changed text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM record_change(NEW.organization_id, 'AGENT_CREATED', 'Agent', NEW.id, subjects, image, '{}');
    RETURN NULL;
  END IF;
  changed := changed_fields(agent_image(OLD), image);
  IF cardinality(changed) > 0 THEN
    PERFORM record_change(
      NEW.organization_id,
      CASE WHEN OLD.status <> 'STOPPED' AND NEW.status = 'STOPPED' THEN 'AGENT_OFFBOARDED' ELSE 'AGENT_UPDATED' END,
      'Agent', NEW.id, subjects, image, changed
    );
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION watched_repo_image(w watched_repo) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'id', global_id('WatchedRepo', w.id),
    'agent', global_id('Agent', w.agent_id),
    'repo', jsonb_build_object(
      'owner', w.repo_owner, 'name', w.repo_name, 'nameWithOwner', w.repo_owner || '/' || w.repo_name
    ),
    'createdAt', date_time(w.created_at)
  )
$$;

CREATE FUNCTION capture_watched_repo() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM record_change(
      NEW.organization_id, 'REPO_WATCHED', 'WatchedRepo', NEW.id, ARRAY[NEW.id, NEW.agent_id], watched_repo_image(NEW), '{}'
    );
  ELSE
    PERFORM record_change(
      OLD.organization_id, 'REPO_RELEASED', 'WatchedRepo', OLD.id, ARRAY[OLD.id, OLD.agent_id], watched_repo_image(OLD), '{}'
    );
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER agent_insert_capture AFTER INSERT ON agent
  FOR EACH ROW EXECUTE FUNCTION capture_agent();
CREATE TRIGGER agent_update_capture AFTER UPDATE ON agent
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION capture_agent();
CREATE TRIGGER watched_repo_insert_capture AFTER INSERT ON watched_repo
  FOR EACH ROW EXECUTE FUNCTION capture_watched_repo();
CREATE TRIGGER watched_repo_delete_capture AFTER DELETE ON watched_repo
  FOR EACH ROW EXECUTE FUNCTION capture_watched_repo();

CREATE TRIGGER agent_is_kept BEFORE DELETE OR TRUNCATE ON agent
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('offboard it instead');
CREATE TRIGGER watched_repo_is_kept BEFORE TRUNCATE ON watched_repo
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('delete the rows instead');

CREATE OR REPLACE FUNCTION token_image(t token) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'id', global_id('Token', t.id),
    'user', global_id('User', t.user_id),
    'agent', global_id('Agent', t.agent_id),
    'label', t.label,
    'prefix', t.prefix,
    'createdAt', date_time(t.created_at),
    'expiresAt', date_time(t.expires_at),
    'lastUsedAt', date_time(t.last_used_at),
    'revokedAt', date_time(t.revoked_at)
  )
$$;

CREATE OR REPLACE FUNCTION capture_token() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  image jsonb := token_image(NEW);
  subjects uuid[] := ARRAY[NEW.id, NEW.user_id, NEW.agent_id];
  changed text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM record_change(NEW.organization_id, 'TOKEN_CREATED', 'Token', NEW.id, subjects, image, '{}');
    RETURN NULL;
  END IF;
  changed := changed_fields(token_image(OLD), image);
  IF cardinality(changed) > 0 THEN
    PERFORM record_change(
      NEW.organization_id,
      CASE WHEN OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL THEN 'TOKEN_ARCHIVED' ELSE 'TOKEN_UPDATED' END,
      'Token', NEW.id, subjects, image, changed
    );
  END IF;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION capture_agent(), capture_watched_repo() FROM PUBLIC;

-- A writer that switches ordinary triggers off (session_replication_role = replica) is heard, and held to it, all the same.
DO $$
DECLARE
  t record;
BEGIN
  FOR t IN
    SELECT tgrelid::regclass AS table_name, tgname FROM pg_trigger
     WHERE NOT tgisinternal AND tgname ~ '_(capture|is_kept|stays|check|release)$' AND tgenabled <> 'A'
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.table_name, t.tgname);
  END LOOP;
END
$$;
