-- Capture: every write, by whoever, becomes a change of the feed in the transaction that makes it.
--
-- It runs with the rights of the tables' owner and in a search path of its own, so that neither the writer's path nor a
-- temporary table nor what the writer may not touch makes a change vanish. `session_user` is still the writer.
--
-- Each captured table has an image function (the row as the API shows it: SDL field names, global ids, enum values)
-- and one trigger per operation. A field counts as changed when the image says so, so a write of equal values is
-- silent, and a column that the API does not show is never heard.

-- ── The parts ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- The API's global object id. (encode() breaks lines at 76 characters; ids have none.)
CREATE FUNCTION global_id(type text, id uuid) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT translate(encode(convert_to(type || ':' || id, 'UTF8'), 'base64'), E'\n', '') $$;

-- A time as the API's DateTime writes it.
CREATE FUNCTION date_time(t timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

-- The fields in which two images differ; when something was last touched, seen or used is no change by itself.
CREATE FUNCTION changed_fields(before jsonb, after jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT coalesce(array_agg(field.key ORDER BY field.key), '{}')
    FROM jsonb_each(after) field
   WHERE field.value IS DISTINCT FROM before -> field.key
     AND field.key NOT IN ('updatedAt', 'observedAt', 'lastUsedAt')
$$;

-- A payload never grows without bound: strings over 64 KB are cut and named in `truncated`.
CREATE FUNCTION bounded_payload(payload jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  max_bytes CONSTANT int := 65536;
  field record;
  cut text[] := '{}';
BEGIN
  IF octet_length(payload::text) <= max_bytes THEN
    RETURN payload;
  END IF;
  FOR field IN
    SELECT key, value #>> '{}' AS text FROM jsonb_each(payload -> 'row')
     WHERE jsonb_typeof(value) = 'string' AND octet_length(value #>> '{}') > max_bytes
  LOOP
    -- At most four bytes a character in UTF-8, and never half a character.
    payload := jsonb_set(payload, ARRAY['row', field.key], to_jsonb(left(field.text, max_bytes / 4)));
    cut := cut || field.key;
  END LOOP;
  RETURN payload || jsonb_build_object('truncated', cut);
END
$$;

-- Writes one change. Who did it comes from what the server set for the transaction, else it was a program at the
-- database. (A transaction-local setting reads back as '' on a connection that once had it: hence nullif.)
CREATE FUNCTION record_change(
  organization_id uuid, type text, entity_type text, entity_id uuid, subjects uuid[],
  image jsonb, changed text[], extras jsonb DEFAULT '{}'
) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  actor jsonb := nullif(current_setting('muster.actor', true), '');
BEGIN
  INSERT INTO change_outbox (
    organization_id, type, entity_type, entity_id, subjects, payload, actor_kind, actor_id, actor_name, request_id
  ) VALUES (
    organization_id, type, entity_type, entity_id, array_remove(subjects, NULL),
    bounded_payload(jsonb_build_object('row', image, 'changed', changed) || extras),
    coalesce(actor ->> 'kind', 'DATABASE')::actor_kind,
    (actor ->> 'id')::uuid,
    coalesce(actor ->> 'name', session_user),
    nullif(current_setting('muster.request_id', true), '')
  );
END
$$;

-- ── Organization: members, tokens, projects ────────────────────────────────────────────────────────────────────────

CREATE FUNCTION membership_image(m membership) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'id', global_id('Membership', m.id),
    'user', global_id('User', m.user_id),
    'role', m.role,
    'createdAt', date_time(m.created_at),
    'removedAt', date_time(m.removed_at),
    'updatedAt', date_time(m.updated_at)
  )
$$;

CREATE FUNCTION capture_membership() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  image jsonb := membership_image(NEW);
  subjects uuid[] := ARRAY[NEW.id, NEW.user_id];
  changed text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM record_change(NEW.organization_id, 'MEMBER_CREATED', 'Membership', NEW.id, subjects, image, '{}');
    RETURN NULL;
  END IF;
  changed := changed_fields(membership_image(OLD), image);
  IF cardinality(changed) > 0 THEN
    PERFORM record_change(
      NEW.organization_id,
      CASE WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL THEN 'MEMBER_ARCHIVED' ELSE 'MEMBER_UPDATED' END,
      'Membership', NEW.id, subjects, image, changed
    );
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION token_image(t token) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'id', global_id('Token', t.id),
    'user', global_id('User', t.user_id),
    'label', t.label,
    'prefix', t.prefix,
    'createdAt', date_time(t.created_at),
    'expiresAt', date_time(t.expires_at),
    'lastUsedAt', date_time(t.last_used_at),
    'revokedAt', date_time(t.revoked_at)
  )
$$;

CREATE FUNCTION capture_token() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  image jsonb := token_image(NEW);
  subjects uuid[] := ARRAY[NEW.id, NEW.user_id];
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

CREATE FUNCTION project_image(p project) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'id', global_id('Project', p.id),
    'slug', p.slug,
    'name', p.name,
    'repoUrl', p.repo_url,
    'kind', p.kind,
    'archivedAt', date_time(p.archived_at),
    'createdAt', date_time(p.created_at),
    'updatedAt', date_time(p.updated_at)
  )
$$;

CREATE FUNCTION capture_project() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  image jsonb := project_image(NEW);
  changed text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM record_change(NEW.organization_id, 'PROJECT_CREATED', 'Project', NEW.id, ARRAY[NEW.id], image, '{}');
    RETURN NULL;
  END IF;
  changed := changed_fields(project_image(OLD), image);
  IF cardinality(changed) > 0 THEN
    PERFORM record_change(
      NEW.organization_id,
      CASE WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'PROJECT_ARCHIVED' ELSE 'PROJECT_UPDATED' END,
      'Project', NEW.id, ARRAY[NEW.id], image, changed
    );
  END IF;
  RETURN NULL;
END
$$;

-- ── Sessions ───────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION session_image(s session) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'id', global_id('Session', s.id),
    'num', s.num,
    'name', (SELECT p.slug FROM project p WHERE p.id = s.project_id) || '-' || s.num,
    'displayName', s.display_name,
    'kind', s.kind,
    'project', global_id('Project', s.project_id),
    'activityState', s.activity_state,
    'isTerminated', s.is_terminated,
    'branch', s.branch,
    'createdAt', date_time(s.created_at),
    'updatedAt', date_time(s.updated_at)
  )
$$;

CREATE FUNCTION capture_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM record_change(
      NEW.organization_id, 'SESSION_CREATED', 'Session', NEW.id, ARRAY[NEW.id, NEW.project_id], session_image(NEW), '{}'
    );
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM record_change(
      OLD.organization_id, 'SESSION_DELETED', 'Session', OLD.id, ARRAY[OLD.id, OLD.project_id], session_image(OLD), '{}'
    );
  ELSE
    changed := changed_fields(session_image(OLD), session_image(NEW));
    IF cardinality(changed) > 0 THEN
      PERFORM record_change(
        NEW.organization_id, 'SESSION_UPDATED', 'Session', NEW.id, ARRAY[NEW.id, NEW.project_id], session_image(NEW), changed
      );
    END IF;
  END IF;
  RETURN NULL;
END
$$;

-- ── Pull requests ──────────────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION pull_request_image(p pull_request) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'id', global_id('PullRequest', p.id),
    'repo', jsonb_build_object(
      'owner', p.repo_owner, 'name', p.repo_name, 'nameWithOwner', p.repo_owner || '/' || p.repo_name
    ),
    'url', p.url,
    'number', p.number,
    'title', p.title,
    'author', p.author,
    'sourceBranch', p.source_branch,
    'targetBranch', p.target_branch,
    'isDraft', p.is_draft,
    'state', p.state,
    'ciState', p.ci_state,
    'reviewDecision', p.review_decision,
    'mergeability', p.mergeability,
    'headSha', p.head_sha,
    'additions', p.additions,
    'deletions', p.deletions,
    'changedFiles', p.changed_files,
    'session', global_id('Session', p.session_id),
    'createdAt', date_time(p.created_at),
    'stateChangedAt', date_time(p.state_changed_at),
    'observedAt', date_time(p.observed_at),
    'updatedAt', date_time(p.updated_at)
  )
$$;

CREATE FUNCTION project_of_session(session_id uuid) RETURNS uuid
LANGUAGE sql STABLE
AS $$ SELECT s.project_id FROM session s WHERE s.id = session_id $$;

CREATE FUNCTION capture_pull_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  image jsonb := pull_request_image(NEW);
  subjects uuid[] := ARRAY[NEW.id, NEW.session_id, project_of_session(NEW.session_id)];
  changed text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM record_change(NEW.organization_id, 'PR_CREATED', 'PullRequest', NEW.id, subjects, image, '{}');
    RETURN NULL;
  END IF;
  changed := changed_fields(pull_request_image(OLD), image);
  -- First who holds it, which both sides hear; then what else changed, which the new side hears.
  IF 'session' = ANY (changed) THEN
    PERFORM record_change(
      NEW.organization_id, 'PR_SESSION_CHANGED', 'PullRequest', NEW.id,
      subjects || ARRAY[OLD.session_id, project_of_session(OLD.session_id)],
      image, '{session}',
      jsonb_build_object('from', global_id('Session', OLD.session_id), 'to', global_id('Session', NEW.session_id))
    );
    changed := array_remove(changed, 'session');
  END IF;
  IF cardinality(changed) > 0 THEN
    PERFORM record_change(NEW.organization_id, 'PR_UPDATED', 'PullRequest', NEW.id, subjects, image, changed);
  END IF;
  RETURN NULL;
END
$$;

-- What a check or a review thread concerns besides itself.
CREATE FUNCTION pull_request_subjects(pull_request_id uuid) RETURNS uuid[]
LANGUAGE sql STABLE
AS $$
  SELECT ARRAY[p.id, p.session_id, s.project_id]
    FROM pull_request p JOIN session s ON s.id = p.session_id
   WHERE p.id = pull_request_id
$$;

CREATE FUNCTION pull_request_check_image(c pull_request_check) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'id', global_id('PullRequestCheck', c.id),
    'pullRequest', global_id('PullRequest', c.pull_request_id),
    'name', c.name,
    'commitSha', c.commit_sha,
    'status', c.status,
    'conclusion', c.conclusion,
    'url', c.url,
    'createdAt', date_time(c.created_at),
    'updatedAt', date_time(c.updated_at)
  )
$$;

CREATE FUNCTION capture_pull_request_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  image jsonb := pull_request_check_image(NEW);
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := changed_fields(pull_request_check_image(OLD), image);
    IF cardinality(changed) = 0 THEN
      RETURN NULL;
    END IF;
  END IF;
  PERFORM record_change(
    NEW.organization_id, 'PR_CHECK_RECORDED', 'PullRequestCheck', NEW.id,
    NEW.id || pull_request_subjects(NEW.pull_request_id), image, changed
  );
  RETURN NULL;
END
$$;

CREATE FUNCTION pull_request_review_thread_image(t pull_request_review_thread) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'id', global_id('PullRequestReviewThread', t.id),
    'pullRequest', global_id('PullRequest', t.pull_request_id),
    'path', t.path,
    'line', t.line,
    'isResolved', t.is_resolved,
    'isBot', t.is_bot,
    'createdAt', date_time(t.created_at),
    'updatedAt', date_time(t.updated_at)
  )
$$;

CREATE FUNCTION capture_pull_request_review_thread() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  image jsonb := pull_request_review_thread_image(NEW);
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := changed_fields(pull_request_review_thread_image(OLD), image);
    -- A thread moves with every push; what people wait for is whether it is settled (or opened again).
    IF NOT 'isResolved' = ANY (changed) THEN
      RETURN NULL;
    END IF;
  END IF;
  PERFORM record_change(
    NEW.organization_id,
    CASE TG_OP WHEN 'INSERT' THEN 'PR_REVIEW_THREAD_ADDED' ELSE 'PR_REVIEW_THREAD_RESOLVED' END,
    'PullRequestReviewThread', NEW.id, NEW.id || pull_request_subjects(NEW.pull_request_id), image, changed
  );
  RETURN NULL;
END
$$;

-- ── The triggers ───────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TRIGGER membership_insert_capture AFTER INSERT ON membership
  FOR EACH ROW EXECUTE FUNCTION capture_membership();
CREATE TRIGGER membership_update_capture AFTER UPDATE ON membership
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION capture_membership();

-- A token of a person's, good for all their organizations, belongs to none of them: nobody's feed tells of it.
CREATE TRIGGER token_insert_capture AFTER INSERT ON token
  FOR EACH ROW WHEN (NEW.organization_id IS NOT NULL) EXECUTE FUNCTION capture_token();
CREATE TRIGGER token_update_capture AFTER UPDATE ON token
  FOR EACH ROW WHEN (NEW.organization_id IS NOT NULL AND OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION capture_token();

CREATE TRIGGER project_insert_capture AFTER INSERT ON project
  FOR EACH ROW EXECUTE FUNCTION capture_project();
CREATE TRIGGER project_update_capture AFTER UPDATE ON project
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION capture_project();

CREATE TRIGGER session_insert_capture AFTER INSERT ON session
  FOR EACH ROW EXECUTE FUNCTION capture_session();
CREATE TRIGGER session_update_capture AFTER UPDATE ON session
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION capture_session();
CREATE TRIGGER session_delete_capture AFTER DELETE ON session
  FOR EACH ROW EXECUTE FUNCTION capture_session();

CREATE TRIGGER pull_request_insert_capture AFTER INSERT ON pull_request
  FOR EACH ROW EXECUTE FUNCTION capture_pull_request();
CREATE TRIGGER pull_request_update_capture AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION capture_pull_request();

CREATE TRIGGER pull_request_check_insert_capture AFTER INSERT ON pull_request_check
  FOR EACH ROW EXECUTE FUNCTION capture_pull_request_check();
CREATE TRIGGER pull_request_check_update_capture AFTER UPDATE ON pull_request_check
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION capture_pull_request_check();

CREATE TRIGGER pull_request_review_thread_insert_capture AFTER INSERT ON pull_request_review_thread
  FOR EACH ROW EXECUTE FUNCTION capture_pull_request_review_thread();
CREATE TRIGGER pull_request_review_thread_update_capture AFTER UPDATE ON pull_request_review_thread
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION capture_pull_request_review_thread();

-- What the feed could not tell of must not happen. A session may be deleted while it owns no pull request (the
-- foreign key sees to that); everything else is archived, revoked, removed or terminated instead.
CREATE TRIGGER membership_is_kept BEFORE DELETE OR TRUNCATE ON membership
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set removed_at instead');
CREATE TRIGGER token_is_kept BEFORE DELETE OR TRUNCATE ON token
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set revoked_at instead');
CREATE TRIGGER project_is_kept BEFORE DELETE OR TRUNCATE ON project
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set archived_at instead');
CREATE TRIGGER session_is_kept BEFORE TRUNCATE ON session
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set is_terminated instead');
CREATE TRIGGER pull_request_is_kept BEFORE DELETE OR TRUNCATE ON pull_request
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('pull requests are kept');
CREATE TRIGGER pull_request_check_is_kept BEFORE DELETE OR TRUNCATE ON pull_request_check
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('checks are kept');
CREATE TRIGGER pull_request_review_thread_is_kept BEFORE DELETE OR TRUNCATE ON pull_request_review_thread
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set is_resolved instead');

-- What a function that runs with the owner's rights writes into the feed, nobody else may have it write for them.
REVOKE EXECUTE ON FUNCTION
  capture_membership(), capture_token(), capture_project(), capture_session(), capture_pull_request(),
  capture_pull_request_check(), capture_pull_request_review_thread()
FROM PUBLIC;

-- A writer that switches ordinary triggers off (session_replication_role = replica) is heard all the same.
DO $$
DECLARE
  t record;
BEGIN
  FOR t IN
    SELECT tgrelid::regclass AS table_name, tgname FROM pg_trigger
     WHERE NOT tgisinternal AND tgname ~ '_(capture|is_kept)$'
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.table_name, t.tgname);
  END LOOP;
END
$$;
