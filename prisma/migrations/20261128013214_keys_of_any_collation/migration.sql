-- keys of any collation

-- >>> prisma/sql/function/key.sql
-- Returns a text with A to Z in lower case, as `asciiLower` of the server does. Keys that ignore letter case are folded by
-- these two alone: lower() follows the collation of the database, and in a Turkish one `I` becomes a dotless `ı`.
CREATE OR REPLACE FUNCTION ascii_lower(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(value COLLATE "C");

-- Returns a hash, for unique indexes on texts of any length: an entry of an index has at most 2,704 bytes. IMMUTABLE,
-- though convert_to is not: the database's encoding never changes.
CREATE OR REPLACE FUNCTION text_hash(value text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(convert_to(value, 'UTF8'));
-- <<< prisma/sql/function/key.sql

-- >>> prisma/sql/function/repo.sql
-- GitHub's rules for names: an owner has letters, digits and single hyphens between them. A managed account has an
-- underscore before the short code of its enterprise.
CREATE OR REPLACE FUNCTION is_repo(owner text, name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN length(owner) <= 39
   AND owner ~ '^[A-Za-z0-9]+(-[A-Za-z0-9]+)*(_[A-Za-z0-9]+)?$'
   AND name ~ '^[A-Za-z0-9._-]{1,100}$'
   AND name !~ '^[.]{1,2}$'
   AND ascii_lower(name) !~ '[.]git$';

-- Returns a repository as the API returns it.
CREATE OR REPLACE FUNCTION repo_image(owner text, name text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN jsonb_build_object('owner', owner, 'name', name, 'nameWithOwner', owner || '/' || name);
-- <<< prisma/sql/function/repo.sql

-- >>> prisma/sql/function/vocabulary.sql
-- Slugs of the vocabulary: as in the API, and those of the platform, which begin with `$`.
CREATE OR REPLACE FUNCTION is_vocabulary_slug(slug text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN slug ~ '^[$]?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';

-- Whether the server acts for itself in this transaction, and for no person, agent or other program.
CREATE OR REPLACE FUNCTION is_platform_act() RETURNS boolean
LANGUAGE sql STABLE
RETURN coalesce(nullif(current_setting('muster.actor', true), '')::jsonb ->> 'kind' = 'SYSTEM', false);

-- For BEFORE UPDATE triggers: the definition of a managed row changed, and no installation wrote it. An installation
-- sets mirrored_at to now() in every transaction in which it writes a row.
CREATE OR REPLACE FUNCTION mark_local_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.locally_changed := NEW.installation_id IS NOT NULL;
  NEW.last_writer := 'LOCAL';
  RETURN NEW;
END
$$;

-- What every kind of the vocabulary shows in the feed.
CREATE OR REPLACE FUNCTION vocabulary_image(entity_type text, row_image jsonb) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN jsonb_build_object(
  'id', global_id(entity_type, (row_image ->> 'id')::uuid),
  'slug', row_image -> 'slug',
  'name', row_image -> 'name',
  'displayName', row_image -> 'display_name',
  'description', row_image -> 'description',
  'agent', global_id('Agent', (row_image ->> 'agent_id')::uuid),
  'managedBy', global_id('Installation', (row_image ->> 'installation_id')::uuid),
  'sourceKey', row_image -> 'source_key',
  'mirroredAt', date_time((row_image ->> 'mirrored_at')::timestamptz),
  'locallyChanged', row_image -> 'locally_changed',
  'lastWriter', row_image -> 'last_writer',
  'orphaned', row_image -> 'orphaned',
  'archivedAt', date_time((row_image ->> 'archived_at')::timestamptz),
  'createdAt', date_time((row_image ->> 'created_at')::timestamptz),
  'updatedAt', date_time((row_image ->> 'updated_at')::timestamptz)
);

-- The public fields, of those that every kind of the vocabulary has, in which two states of a row differ. When it was
-- mirrored is an observation: that alone is no change.
CREATE OR REPLACE FUNCTION vocabulary_changes(old_row jsonb, new_row jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_remove(ARRAY[
  CASE WHEN new_row -> 'agent_id'          IS DISTINCT FROM old_row -> 'agent_id'          THEN 'agent' END,
  CASE WHEN new_row -> 'archived_at'       IS DISTINCT FROM old_row -> 'archived_at'       THEN 'archivedAt' END,
  CASE WHEN new_row -> 'description'       IS DISTINCT FROM old_row -> 'description'       THEN 'description' END,
  CASE WHEN new_row -> 'display_name'      IS DISTINCT FROM old_row -> 'display_name'      THEN 'displayName' END,
  CASE WHEN new_row -> 'last_writer'       IS DISTINCT FROM old_row -> 'last_writer'       THEN 'lastWriter' END,
  CASE WHEN new_row -> 'locally_changed'   IS DISTINCT FROM old_row -> 'locally_changed'   THEN 'locallyChanged' END,
  CASE WHEN new_row -> 'installation_id'   IS DISTINCT FROM old_row -> 'installation_id'   THEN 'managedBy' END,
  CASE WHEN new_row -> 'name'              IS DISTINCT FROM old_row -> 'name'              THEN 'name' END,
  CASE WHEN new_row -> 'orphaned'          IS DISTINCT FROM old_row -> 'orphaned'          THEN 'orphaned' END,
  CASE WHEN new_row -> 'slug'              IS DISTINCT FROM old_row -> 'slug'              THEN 'slug' END,
  CASE WHEN new_row -> 'source_key'        IS DISTINCT FROM old_row -> 'source_key'        THEN 'sourceKey' END,
  CASE WHEN new_row -> 'source_release_id' IS DISTINCT FROM old_row -> 'source_release_id' THEN 'sourceRelease' END
], NULL);

-- How a row that an installation manages stands.
CREATE OR REPLACE FUNCTION installation_item_state(is_archived boolean, is_orphaned boolean, is_changed boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN is_archived AND is_orphaned THEN 'ARCHIVED'
  WHEN is_archived THEN 'LOCALLY_ARCHIVED'
  WHEN is_orphaned THEN 'ORPHANED'
  WHEN is_changed THEN 'LOCALLY_CHANGED'
  ELSE 'MIRRORED'
END;
-- <<< prisma/sql/function/vocabulary.sql

-- DropIndex
DROP INDEX "pull_request_check_key";

-- A text that is a key, or that lists are ordered by, has the collation "C". Its order is then the same in every database,
-- and no update of an operating system's collation breaks an index.
--
-- PostgreSQL changes the collation of a column only while no view, trigger or function names it. The views are dropped and
-- created again as they were. The triggers and the function are among the copies below.
CREATE TEMPORARY TABLE dependent_view ON COMMIT DROP AS
SELECT v.oid AS id, v.relname AS name, pg_get_viewdef(v.oid) AS query, obj_description(v.oid, 'pg_class') AS comment
  FROM pg_class v WHERE v.relnamespace = 'public'::regnamespace AND v.relkind = 'v';

DO $$
DECLARE
  view record;
BEGIN
  FOR view IN SELECT name FROM dependent_view ORDER BY id DESC LOOP
    EXECUTE format('DROP VIEW %I', view.name);
  END LOOP;
END
$$;
DROP TRIGGER agent_memory_stays ON agent_memory;
DROP TRIGGER workspace_update_lock ON workspace;
DROP TRIGGER entity_type_insert_slug_check ON entity_type;
DROP TRIGGER entity_type_update_slug_check ON entity_type;
DROP TRIGGER entity_type_local_touch ON entity_type;
DROP TRIGGER relationship_type_insert_slug_check ON relationship_type;
DROP TRIGGER relationship_type_update_slug_check ON relationship_type;
DROP TRIGGER relationship_type_local_touch ON relationship_type;
DROP TRIGGER watcher_insert_slug_check ON watcher;
DROP TRIGGER watcher_update_slug_check ON watcher;
DROP TRIGGER watcher_local_touch ON watcher;
DROP TRIGGER classifier_insert_slug_check ON classifier;
DROP TRIGGER classifier_update_slug_check ON classifier;
DROP TRIGGER classifier_local_touch ON classifier;
DROP FUNCTION workspace_change(workspace, text[]);

ALTER TABLE organization ALTER slug TYPE text COLLATE "C";
ALTER TABLE "user" ALTER email TYPE text COLLATE "C";
ALTER TABLE token ALTER hash TYPE text COLLATE "C";
ALTER TABLE watched_repo
  ALTER repo_owner_key TYPE text COLLATE "C",
  ALTER repo_name_key TYPE text COLLATE "C";
ALTER TABLE agent_memory ALTER key TYPE text COLLATE "C";
ALTER TABLE reviewed_pull_request
  ALTER repo_owner_key TYPE text COLLATE "C",
  ALTER repo_name_key TYPE text COLLATE "C";
ALTER TABLE project ALTER slug TYPE text COLLATE "C";
ALTER TABLE pull_request
  ALTER host TYPE text COLLATE "C",
  ALTER repo_owner_key TYPE text COLLATE "C",
  ALTER repo_name_key TYPE text COLLATE "C",
  ALTER external_id TYPE text COLLATE "C";
ALTER TABLE pull_request_check ALTER commit_sha TYPE text COLLATE "C";
ALTER TABLE pull_request_review_thread ALTER external_id TYPE text COLLATE "C";
ALTER TABLE pull_request_review_comment
  ALTER external_id TYPE text COLLATE "C",
  ALTER author TYPE text COLLATE "C";
ALTER TABLE pull_request_review
  ALTER external_id TYPE text COLLATE "C",
  ALTER author TYPE text COLLATE "C";
ALTER TABLE workspace ALTER name TYPE text COLLATE "C";
ALTER TABLE workspace_schedule ALTER name TYPE text COLLATE "C";
ALTER TABLE workspace_channel ALTER type TYPE text COLLATE "C";
ALTER TABLE entity_type ALTER slug TYPE text COLLATE "C", ALTER source_key TYPE text COLLATE "C";
ALTER TABLE relationship_type ALTER slug TYPE text COLLATE "C", ALTER source_key TYPE text COLLATE "C";
ALTER TABLE watcher ALTER slug TYPE text COLLATE "C", ALTER source_key TYPE text COLLATE "C";
ALTER TABLE classifier ALTER slug TYPE text COLLATE "C", ALTER source_key TYPE text COLLATE "C";
ALTER TABLE template ALTER slug TYPE text COLLATE "C";
ALTER TABLE installation_binding ALTER source_key TYPE text COLLATE "C";
ALTER TABLE idempotency_key ALTER key TYPE text COLLATE "C";

DO $$
DECLARE
  view record;
BEGIN
  FOR view IN SELECT name, query, comment FROM dependent_view ORDER BY id LOOP
    EXECUTE format('CREATE VIEW %I AS %s', view.name, view.query);
    EXECUTE format('COMMENT ON VIEW %I IS %L', view.name, view.comment);
  END LOOP;
END
$$;

-- lower() follows the collation of the database, and ascii_lower() does not.
ALTER TABLE "user" DROP CONSTRAINT user_email_check;
ALTER TABLE watched_repo
  DROP CONSTRAINT watched_repo_owner_key_check,
  DROP CONSTRAINT watched_repo_name_key_check;
ALTER TABLE reviewed_pull_request
  DROP CONSTRAINT reviewed_pull_request_owner_key_check,
  DROP CONSTRAINT reviewed_pull_request_name_key_check;
ALTER TABLE pull_request
  DROP CONSTRAINT pull_request_host_check,
  DROP CONSTRAINT pull_request_owner_key_check,
  DROP CONSTRAINT pull_request_name_key_check;

ALTER TABLE "user"
  ADD CONSTRAINT user_email_check CHECK (
    email = ascii_lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254
  );
ALTER TABLE watched_repo
  ADD CONSTRAINT watched_repo_owner_key_check CHECK (repo_owner_key = ascii_lower(repo_owner)),
  ADD CONSTRAINT watched_repo_name_key_check CHECK (repo_name_key = ascii_lower(repo_name));
ALTER TABLE reviewed_pull_request
  ADD CONSTRAINT reviewed_pull_request_owner_key_check CHECK (repo_owner_key = ascii_lower(repo_owner)),
  ADD CONSTRAINT reviewed_pull_request_name_key_check CHECK (repo_name_key = ascii_lower(repo_name));

-- Texts of a host that are keys have a limit, or else an index refuses the row: its entries have at most 2,704 bytes.
ALTER TABLE pull_request
  ADD CONSTRAINT pull_request_host_check CHECK (host <> '' AND host = ascii_lower(host) AND octet_length(host) <= 255),
  ADD CONSTRAINT pull_request_owner_key_check CHECK (
    repo_owner_key <> '' AND repo_owner_key = ascii_lower(repo_owner) AND octet_length(repo_owner_key) <= 255
  ),
  ADD CONSTRAINT pull_request_name_key_check CHECK (
    repo_name_key <> '' AND repo_name_key = ascii_lower(repo_name) AND octet_length(repo_name_key) <= 255
  ),
  ADD CONSTRAINT pull_request_external_id_check CHECK (octet_length(external_id) <= 255);
ALTER TABLE pull_request_check
  ADD CONSTRAINT pull_request_check_commit_sha_check CHECK (octet_length(commit_sha) <= 255);
ALTER TABLE pull_request_review_thread
  ADD CONSTRAINT pull_request_review_thread_external_id_check CHECK (octet_length(external_id) <= 255);
ALTER TABLE pull_request_review_comment
  ADD CONSTRAINT pull_request_review_comment_external_id_check CHECK (octet_length(external_id) <= 255);
ALTER TABLE pull_request_review
  ADD CONSTRAINT pull_request_review_external_id_check CHECK (octet_length(external_id) <= 255);

-- The names of checks have no limit.
CREATE UNIQUE INDEX pull_request_check_key
  ON pull_request_check (organization_id, pull_request_id, commit_sha, text_hash(name));

-- >>> prisma/sql/rule/agent_memory.sql
CREATE OR REPLACE TRIGGER agent_memory_touch BEFORE UPDATE ON agent_memory
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER agent_memory_stays BEFORE UPDATE ON agent_memory
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.agent_id, OLD.key) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.agent_id, NEW.key)
  )
  EXECUTE FUNCTION refuse('what is remembered stays with its agent, under its key');

CREATE OR REPLACE TRIGGER agent_memory_is_kept BEFORE DELETE OR TRUNCATE ON agent_memory
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what an agent remembered is kept');

ALTER TABLE agent_memory
  ENABLE ALWAYS TRIGGER agent_memory_stays,
  ENABLE ALWAYS TRIGGER agent_memory_is_kept;
-- <<< prisma/sql/rule/agent_memory.sql

-- >>> prisma/sql/rule/classifier.sql
CREATE OR REPLACE TRIGGER classifier_touch BEFORE UPDATE ON classifier
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER classifier_local_touch BEFORE UPDATE ON classifier
  FOR EACH ROW WHEN (
    (OLD.slug, OLD.name, OLD.description, OLD.watcher_id, OLD.current_version_id) IS DISTINCT FROM
    (NEW.slug, NEW.name, NEW.description, NEW.watcher_id, NEW.current_version_id)
    AND NEW.mirrored_at IS DISTINCT FROM now()::timestamptz(3)
  )
  EXECUTE FUNCTION mark_local_change();

CREATE OR REPLACE TRIGGER classifier_stays BEFORE UPDATE ON classifier
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.created_at)
  )
  EXECUTE FUNCTION refuse('a classifier stays in its organization');

CREATE OR REPLACE TRIGGER classifier_insert_slug_check BEFORE INSERT ON classifier
  FOR EACH ROW WHEN (NEW.slug LIKE '$%' AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');
CREATE OR REPLACE TRIGGER classifier_update_slug_check BEFORE UPDATE ON classifier
  FOR EACH ROW WHEN ((OLD.slug LIKE '$%' OR NEW.slug LIKE '$%') AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');

CREATE OR REPLACE TRIGGER classifier_is_kept BEFORE DELETE OR TRUNCATE ON classifier
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set archived_at instead');

ALTER TABLE classifier
  ENABLE ALWAYS TRIGGER classifier_stays,
  ENABLE ALWAYS TRIGGER classifier_insert_slug_check,
  ENABLE ALWAYS TRIGGER classifier_update_slug_check,
  ENABLE ALWAYS TRIGGER classifier_is_kept;
-- <<< prisma/sql/rule/classifier.sql

-- >>> prisma/sql/rule/entity_type.sql
CREATE OR REPLACE TRIGGER entity_type_touch BEFORE UPDATE ON entity_type
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER entity_type_local_touch BEFORE UPDATE ON entity_type
  FOR EACH ROW WHEN (
    (OLD.slug, OLD.name, OLD.description, OLD.metadata_schema) IS DISTINCT FROM
    (NEW.slug, NEW.name, NEW.description, NEW.metadata_schema)
    AND NEW.mirrored_at IS DISTINCT FROM now()::timestamptz(3)
  )
  EXECUTE FUNCTION mark_local_change();

CREATE OR REPLACE TRIGGER entity_type_stays BEFORE UPDATE ON entity_type
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.created_at)
  )
  EXECUTE FUNCTION refuse('an entity type stays in its organization');

CREATE OR REPLACE TRIGGER entity_type_insert_slug_check BEFORE INSERT ON entity_type
  FOR EACH ROW WHEN (NEW.slug LIKE '$%' AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');
CREATE OR REPLACE TRIGGER entity_type_update_slug_check BEFORE UPDATE ON entity_type
  FOR EACH ROW WHEN ((OLD.slug LIKE '$%' OR NEW.slug LIKE '$%') AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');

CREATE OR REPLACE TRIGGER entity_type_is_kept BEFORE DELETE OR TRUNCATE ON entity_type
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set archived_at instead');

ALTER TABLE entity_type
  ENABLE ALWAYS TRIGGER entity_type_stays,
  ENABLE ALWAYS TRIGGER entity_type_insert_slug_check,
  ENABLE ALWAYS TRIGGER entity_type_update_slug_check,
  ENABLE ALWAYS TRIGGER entity_type_is_kept;
-- <<< prisma/sql/rule/entity_type.sql

-- >>> prisma/sql/rule/relationship_type.sql
CREATE OR REPLACE TRIGGER relationship_type_touch BEFORE UPDATE ON relationship_type
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER relationship_type_local_touch BEFORE UPDATE ON relationship_type
  FOR EACH ROW WHEN (
    (OLD.slug, OLD.name, OLD.description, OLD.metadata_schema, OLD.is_symmetric, OLD.inverse_id, OLD.rules_xid) IS DISTINCT FROM
    (NEW.slug, NEW.name, NEW.description, NEW.metadata_schema, NEW.is_symmetric, NEW.inverse_id, NEW.rules_xid)
    AND NEW.mirrored_at IS DISTINCT FROM now()::timestamptz(3)
  )
  EXECUTE FUNCTION mark_local_change();

CREATE OR REPLACE TRIGGER relationship_type_stays BEFORE UPDATE ON relationship_type
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.created_at)
  )
  EXECUTE FUNCTION refuse('a relationship type stays in its organization');

CREATE OR REPLACE TRIGGER relationship_type_insert_slug_check BEFORE INSERT ON relationship_type
  FOR EACH ROW WHEN (NEW.slug LIKE '$%' AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');
CREATE OR REPLACE TRIGGER relationship_type_update_slug_check BEFORE UPDATE ON relationship_type
  FOR EACH ROW WHEN ((OLD.slug LIKE '$%' OR NEW.slug LIKE '$%') AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');

CREATE OR REPLACE TRIGGER relationship_type_is_kept BEFORE DELETE OR TRUNCATE ON relationship_type
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set archived_at instead');

ALTER TABLE relationship_type
  ENABLE ALWAYS TRIGGER relationship_type_stays,
  ENABLE ALWAYS TRIGGER relationship_type_insert_slug_check,
  ENABLE ALWAYS TRIGGER relationship_type_update_slug_check,
  ENABLE ALWAYS TRIGGER relationship_type_is_kept;
-- <<< prisma/sql/rule/relationship_type.sql

-- >>> prisma/sql/rule/watcher.sql
CREATE OR REPLACE TRIGGER watcher_touch BEFORE UPDATE ON watcher
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER watcher_local_touch BEFORE UPDATE ON watcher
  FOR EACH ROW WHEN (
    (OLD.slug, OLD.name, OLD.description, OLD.schedule, OLD.current_version_id) IS DISTINCT FROM
    (NEW.slug, NEW.name, NEW.description, NEW.schedule, NEW.current_version_id)
    AND NEW.mirrored_at IS DISTINCT FROM now()::timestamptz(3)
  )
  EXECUTE FUNCTION mark_local_change();

CREATE OR REPLACE TRIGGER watcher_stays BEFORE UPDATE ON watcher
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.created_at)
  )
  EXECUTE FUNCTION refuse('a watcher stays in its organization');

CREATE OR REPLACE TRIGGER watcher_insert_slug_check BEFORE INSERT ON watcher
  FOR EACH ROW WHEN (NEW.slug LIKE '$%' AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');
CREATE OR REPLACE TRIGGER watcher_update_slug_check BEFORE UPDATE ON watcher
  FOR EACH ROW WHEN ((OLD.slug LIKE '$%' OR NEW.slug LIKE '$%') AND NOT is_platform_act())
  EXECUTE FUNCTION refuse('slugs that begin with $ are the platform''s');

CREATE OR REPLACE TRIGGER watcher_is_kept BEFORE DELETE OR TRUNCATE ON watcher
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set archived_at instead');

ALTER TABLE watcher
  ENABLE ALWAYS TRIGGER watcher_stays,
  ENABLE ALWAYS TRIGGER watcher_insert_slug_check,
  ENABLE ALWAYS TRIGGER watcher_update_slug_check,
  ENABLE ALWAYS TRIGGER watcher_is_kept;
-- <<< prisma/sql/rule/watcher.sql

-- >>> prisma/sql/rule/workspace.sql
CREATE OR REPLACE TRIGGER workspace_touch BEFORE UPDATE ON workspace
  FOR EACH ROW WHEN (
    OLD.* IS DISTINCT FROM NEW.* AND (OLD.path, OLD.depth) IS NOT DISTINCT FROM (NEW.path, NEW.depth)
  )
  EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER workspace_stays BEFORE UPDATE ON workspace
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.created_at)
  )
  EXECUTE FUNCTION refuse('a workspace stays in its organization');

CREATE OR REPLACE TRIGGER workspace_removed_stays BEFORE UPDATE ON workspace
  FOR EACH ROW WHEN (OLD.status = 'REMOVED' AND OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION refuse('a removed workspace stays as it was');

CREATE OR REPLACE TRIGGER workspace_is_kept BEFORE DELETE OR TRUNCATE ON workspace
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set its status to REMOVED instead');

-- Only the trigger functions below may write the path. Inside a trigger function, pg_trigger_depth() is at least 1.
CREATE OR REPLACE TRIGGER workspace_path_stays BEFORE UPDATE ON workspace
  FOR EACH ROW WHEN ((OLD.path, OLD.depth) IS DISTINCT FROM (NEW.path, NEW.depth) AND pg_trigger_depth() = 0)
  EXECUTE FUNCTION refuse('the path follows from the names');

-- The trigger workspace_external fires before workspace_status_stays, which checks the status that it sets.
CREATE OR REPLACE FUNCTION bring_external_online() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.status := 'ONLINE';
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER workspace_external BEFORE INSERT OR UPDATE ON workspace
  FOR EACH ROW WHEN (NEW.status = 'PROVISIONING' AND is_external_workspace(NEW.runtime, NEW.spec))
  EXECUTE FUNCTION bring_external_online();

-- The table workspace_status_transition lists the allowed changes.
CREATE OR REPLACE FUNCTION check_workspace_status() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM workspace_status_transition t WHERE t.from_status = OLD.status AND t.to_status = NEW.status
  ) THEN
    RAISE EXCEPTION 'A workspace does not go from % to %.', OLD.status, NEW.status
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'workspace_status_check', TABLE = 'workspace';
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER workspace_status_stays BEFORE UPDATE ON workspace
  FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION check_workspace_status();

CREATE OR REPLACE FUNCTION lock_tree_of_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM lock_org_tree(NEW.organization_id);
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER workspace_insert_lock BEFORE INSERT ON workspace
  FOR EACH ROW EXECUTE FUNCTION lock_tree_of_workspace();
CREATE OR REPLACE TRIGGER workspace_update_lock BEFORE UPDATE ON workspace
  FOR EACH ROW WHEN (
    (OLD.parent_id, OLD.name) IS DISTINCT FROM (NEW.parent_id, NEW.name) OR (OLD.status <> 'REMOVED' AND NEW.status = 'REMOVED')
  )
  EXECUTE FUNCTION lock_tree_of_workspace();

-- Sets the path of a new workspace. PostgreSQL fires triggers in the order of their names, so workspace_insert_lock has
-- locked the tree before.
CREATE OR REPLACE FUNCTION place_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  parent workspace;
BEGIN
  SELECT * INTO parent FROM workspace w WHERE w.id = NEW.parent_id AND w.organization_id = NEW.organization_id;
  NEW.path := coalesce(parent.path || E'\x01', '') || NEW.name;
  NEW.depth := coalesce(parent.depth + 1, 0);
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER workspace_path BEFORE INSERT ON workspace
  FOR EACH ROW EXECUTE FUNCTION place_workspace();

CREATE OR REPLACE FUNCTION check_new_workspaces() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF EXISTS (
    SELECT FROM new_rows n JOIN workspace p ON p.id = n.parent_id WHERE p.status = 'REMOVED' AND n.status <> 'REMOVED'
  ) THEN
    RAISE EXCEPTION 'The parent of a live workspace is removed.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'workspace_parent_live_check', TABLE = 'workspace';
  END IF;
  -- The path of a workspace is derived from the path of its parent, so the parent must be inserted first.
  IF EXISTS (SELECT FROM new_rows n JOIN workspace p ON p.id = n.parent_id WHERE n.depth <> p.depth + 1) THEN
    RAISE EXCEPTION 'A workspace is inserted before its parent.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'workspace_parent_first_check', TABLE = 'workspace';
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER workspace_insert_check AFTER INSERT ON workspace
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION check_new_workspaces();

-- The rules of the whole tree are checked at the end of a statement, so that one statement can move or remove many
-- workspaces in any order.
CREATE OR REPLACE FUNCTION check_changed_workspaces() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  -- EXCEPT instead of a join: a nested loop, cached in a plan for a single row, would take quadratic time for ten
  -- thousand rows.
  placed CONSTANT uuid[] := ARRAY(
    SELECT c.id FROM (SELECT id, parent_id, name FROM new_rows EXCEPT SELECT id, parent_id, name FROM old_rows) c
  );
  removed CONSTANT uuid[] := ARRAY(
    SELECT id FROM new_rows WHERE status = 'REMOVED' EXCEPT SELECT id FROM old_rows WHERE status = 'REMOVED'
  );
  is_cycle boolean;
  below uuid[];
BEGIN
  IF placed <> '{}' THEN
    -- Walks up from each placed row. The tree had no cycle before, so every new cycle contains such a row.
    WITH RECURSIVE above AS (
      SELECT w.id AS origin, w.parent_id AS id, 1 AS level FROM workspace w WHERE w.id = ANY (placed)
      UNION ALL
      SELECT a.origin, w.parent_id, a.level + 1
        FROM above a JOIN workspace w ON w.id = a.id WHERE a.id <> a.origin AND a.level <= 64
    )
    SELECT coalesce(bool_or(a.id = a.origin), false), array_agg(a.origin) FILTER (WHERE a.id = ANY (placed))
      INTO is_cycle, below FROM above a;
    IF is_cycle THEN
      RAISE EXCEPTION 'A workspace would be below itself.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'workspace_cycle_check', TABLE = 'workspace';
    END IF;

    -- Computes the new paths, from the topmost placed rows down.
    WITH RECURSIVE tree AS (
      SELECT w.id, coalesce(p.path || E'\x01', '') || w.name AS path, coalesce(p.depth + 1, 0) AS depth
        FROM workspace w LEFT JOIN workspace p ON p.id = w.parent_id
       WHERE w.id = ANY (placed) AND w.id <> ALL (coalesce(below, '{}')) AND w.status <> 'REMOVED'
      UNION ALL
      SELECT w.id, t.path || E'\x01' || w.name, t.depth + 1
        FROM tree t JOIN workspace w ON w.parent_id = t.id WHERE w.status <> 'REMOVED'
    )
    UPDATE workspace w SET path = t.path, depth = t.depth FROM tree t
     WHERE w.id = t.id AND (w.path, w.depth) IS DISTINCT FROM (t.path, t.depth);
  END IF;

  IF EXISTS (
    SELECT FROM workspace w JOIN workspace p ON p.id = w.parent_id
     WHERE w.id = ANY (placed) AND w.status <> 'REMOVED' AND p.status = 'REMOVED'
    UNION ALL
    SELECT FROM workspace w WHERE w.parent_id = ANY (removed) AND w.status <> 'REMOVED'
  ) THEN
    RAISE EXCEPTION 'The parent of a live workspace is removed.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'workspace_parent_live_check', TABLE = 'workspace',
            HINT = 'Remove a workspace in one statement with everything below it.';
  END IF;

  IF removed <> '{}' THEN
    UPDATE workspace_schedule s SET enabled = false, next_run_at = NULL
     WHERE s.workspace_id = ANY (removed) AND s.enabled;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER workspace_update_check AFTER UPDATE ON workspace
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION check_changed_workspaces();

-- An agent works only in a live workspace. The check locks the workspace's row. A removal therefore runs either before
-- it, and the check refuses, or after it, and offboards the new agent.
CREATE OR REPLACE FUNCTION seat_in_live_workspace() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  current_status workspace_status;
BEGIN
  -- FOR NO KEY UPDATE, because follow_agents() then updates the row: two hires that both hold FOR SHARE would deadlock.
  SELECT w.status INTO current_status FROM workspace w WHERE w.id = NEW.workspace_id FOR NO KEY UPDATE;
  IF current_status = 'REMOVED' THEN
    RAISE EXCEPTION 'A removed workspace takes no agent.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'agent_workspace_live_check', TABLE = 'agent';
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER agent_insert_workspace_check BEFORE INSERT ON agent
  FOR EACH ROW WHEN (NEW.workspace_id IS NOT NULL AND NEW.status <> 'STOPPED')
  EXECUTE FUNCTION seat_in_live_workspace();
CREATE OR REPLACE TRIGGER agent_update_workspace_check BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (NEW.workspace_id IS DISTINCT FROM OLD.workspace_id AND NEW.status <> 'STOPPED')
  EXECUTE FUNCTION seat_in_live_workspace();
CREATE OR REPLACE TRIGGER agent_workspace_stays BEFORE UPDATE ON agent
  FOR EACH ROW WHEN (OLD.workspace_id IS NOT NULL AND NEW.workspace_id IS DISTINCT FROM OLD.workspace_id)
  EXECUTE FUNCTION refuse('an agent stays in its workspace; hire another one for another workspace');

-- All agents of a removed workspace are offboarded. The check runs at the end of the transaction, because a removal
-- offboards the agents after it marks the workspaces REMOVED. In the other order, the feed would first deliver each
-- workspace as PROVISIONING.
CREATE OR REPLACE FUNCTION check_workspace_vacated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF EXISTS (SELECT FROM agent a WHERE a.workspace_id = NEW.id AND a.status <> 'STOPPED') THEN
    RAISE EXCEPTION 'An agent still works in workspace %.', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'workspace_vacated_check', TABLE = 'workspace',
            HINT = 'Offboard the agent in the same transaction.';
  END IF;
  RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS workspace_vacated_check ON workspace;
CREATE CONSTRAINT TRIGGER workspace_vacated_check AFTER UPDATE ON workspace
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.status = 'REMOVED' AND OLD.status <> 'REMOVED')
  EXECUTE FUNCTION check_workspace_vacated();

-- Derives the status of a workspace from its agent: PROVISIONING while the workspace has no agent or the container
-- starts, ONLINE once the agent is RUNNING, FAILED when the agent is in ERROR. The values of heartbeats are reset when
-- the agent is offboarded.
CREATE OR REPLACE FUNCTION follow_agents() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  running uuid[];
  failed uuid[];
  waiting uuid[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT
      array_agg(n.workspace_id) FILTER (WHERE n.status = 'RUNNING'),
      array_agg(n.workspace_id) FILTER (WHERE n.status = 'ERROR'),
      array_agg(n.workspace_id) FILTER (WHERE n.status = 'PENDING')
      INTO running, failed, waiting
      FROM new_rows n WHERE n.workspace_id IS NOT NULL;
  ELSE
    SELECT
      array_agg(c.workspace_id) FILTER (WHERE c.status = 'RUNNING'),
      array_agg(c.workspace_id) FILTER (WHERE c.status = 'ERROR'),
      array_agg(c.workspace_id) FILTER (WHERE c.status IN ('PENDING', 'STOPPED'))
      INTO running, failed, waiting
      FROM (
        SELECT id, workspace_id, status FROM new_rows EXCEPT SELECT id, workspace_id, status FROM old_rows
      ) c
     WHERE c.workspace_id IS NOT NULL;
  END IF;
  IF running IS NOT NULL THEN
    -- A heartbeat may have changed the status already, before the job recorded the start.
    UPDATE workspace w SET status = 'ONLINE' WHERE w.id = ANY (running) AND w.status = 'PROVISIONING';
  END IF;
  IF failed IS NOT NULL THEN
    UPDATE workspace w SET status = 'FAILED', active_tasks = 0, current_task = NULL
     WHERE w.id = ANY (failed) AND w.status NOT IN ('FAILED', 'REMOVED');
  END IF;
  IF waiting IS NOT NULL THEN
    UPDATE workspace w
       SET status = 'PROVISIONING', last_heartbeat_at = NULL, error_rate = NULL, sample_error = NULL, active_tasks = 0,
           current_task = NULL, uptime_seconds = NULL
     WHERE w.id = ANY (waiting) AND w.status NOT IN ('PROVISIONING', 'REMOVED');
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER agent_insert_seat AFTER INSERT ON agent
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION follow_agents();
CREATE OR REPLACE TRIGGER agent_update_seat AFTER UPDATE ON agent
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION follow_agents();

REVOKE EXECUTE ON FUNCTION check_workspace_status(), lock_tree_of_workspace(), place_workspace(), check_new_workspaces(),
  check_changed_workspaces(), seat_in_live_workspace(), check_workspace_vacated(), follow_agents() FROM PUBLIC;

ALTER TABLE workspace
  ENABLE ALWAYS TRIGGER workspace_stays,
  ENABLE ALWAYS TRIGGER workspace_removed_stays,
  ENABLE ALWAYS TRIGGER workspace_is_kept,
  ENABLE ALWAYS TRIGGER workspace_path_stays,
  ENABLE ALWAYS TRIGGER workspace_external,
  ENABLE ALWAYS TRIGGER workspace_status_stays,
  ENABLE ALWAYS TRIGGER workspace_insert_lock,
  ENABLE ALWAYS TRIGGER workspace_update_lock,
  ENABLE ALWAYS TRIGGER workspace_insert_check,
  ENABLE ALWAYS TRIGGER workspace_update_check,
  ENABLE ALWAYS TRIGGER workspace_vacated_check;
ALTER TABLE agent
  ENABLE ALWAYS TRIGGER agent_insert_workspace_check,
  ENABLE ALWAYS TRIGGER agent_update_workspace_check,
  ENABLE ALWAYS TRIGGER agent_workspace_stays,
  ENABLE ALWAYS TRIGGER agent_insert_seat,
  ENABLE ALWAYS TRIGGER agent_update_seat;
-- <<< prisma/sql/rule/workspace.sql

-- >>> prisma/sql/capture/workspace.sql
-- workspace → WORKSPACE_CREATED, WORKSPACE_UPDATED, WORKSPACE_MOVED, WORKSPACE_REMOVED
--
-- A statement trigger, because row triggers would write the events in the order in which a statement happens to change
-- its rows. This trigger writes a parent before its children, and a removed child before its parent. The subjects of an
-- event are the workspace and all workspaces above it; for a move, also those above its old place.
--
-- The image leaves out `path` and `depth`, which follow from the names: a move is one event, and the workspaces below
-- cause none. It leaves out `spec`, which has no size limit.
--
-- The functions set `extra_float_digits`, or else the writer's setting would round the error rate in the feed.
CREATE OR REPLACE FUNCTION workspace_change(w workspace, changed text[]) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object('changed', changed, 'row', jsonb_build_object(
  'id', global_id('Workspace', w.id),
  'name', w.name,
  'parent', global_id('Workspace', w.parent_id),
  'role', w.role,
  'status', w.status,
  'runtime', w.runtime,
  'tier', w.tier,
  'model', w.model,
  'plugins', w.plugins,
  'lastHeartbeatAt', date_time(w.last_heartbeat_at),
  'errorRate', w.error_rate,
  'sampleError', w.sample_error,
  'activeTasks', w.active_tasks,
  'currentTask', w.current_task,
  'uptimeSeconds', w.uptime_seconds,
  'import', global_id('OrgImport', w.import_id),
  'importDocument', w.import_document,
  'createdAt', date_time(w.created_at),
  'updatedAt', date_time(w.updated_at),
  'removedAt', date_time(w.removed_at)
));

CREATE OR REPLACE FUNCTION capture_new_workspaces() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET extra_float_digits = 1
AS $$
BEGIN
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload)
  SELECT w.organization_id, 'WORKSPACE_CREATED', 'Workspace', w.id, workspace_lineage(w.id), workspace_change(w, '{}')
    FROM new_rows n JOIN workspace w ON w.id = n.id
   ORDER BY w.depth, w.path;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION capture_changed_workspaces() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET extra_float_digits = 1
AS $$
BEGIN
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload)
  -- Every row is in both tables, so an inner join would suffice. But PostgreSQL never runs a FULL JOIN as a nested loop.
  -- A nested loop, cached in a plan for a single row, would take quadratic time for ten thousand rows.
  WITH change AS MATERIALIZED (
    SELECT
      n.id, o.parent_id AS old_parent_id,
      CASE
        WHEN n.status = 'REMOVED' AND o.status <> 'REMOVED' THEN 'WORKSPACE_REMOVED'
        WHEN n.parent_id IS DISTINCT FROM o.parent_id THEN 'WORKSPACE_MOVED'
        ELSE 'WORKSPACE_UPDATED'
      END AS type,
      -- Of a heartbeat's values, only the number of tasks and the current task are changes. The others would cause an
      -- event with every heartbeat.
      array_remove(ARRAY[
        CASE WHEN n.active_tasks    IS DISTINCT FROM o.active_tasks    THEN 'activeTasks' END,
        CASE WHEN n.created_at      IS DISTINCT FROM o.created_at      THEN 'createdAt' END,
        CASE WHEN n.current_task    IS DISTINCT FROM o.current_task    THEN 'currentTask' END,
        CASE WHEN n.import_id       IS DISTINCT FROM o.import_id       THEN 'import' END,
        CASE WHEN n.import_document IS DISTINCT FROM o.import_document THEN 'importDocument' END,
        CASE WHEN n.model           IS DISTINCT FROM o.model           THEN 'model' END,
        CASE WHEN n.name            IS DISTINCT FROM o.name            THEN 'name' END,
        CASE WHEN n.parent_id       IS DISTINCT FROM o.parent_id       THEN 'parent' END,
        CASE WHEN n.plugins         IS DISTINCT FROM o.plugins         THEN 'plugins' END,
        CASE WHEN n.removed_at      IS DISTINCT FROM o.removed_at      THEN 'removedAt' END,
        CASE WHEN n.role            IS DISTINCT FROM o.role            THEN 'role' END,
        CASE WHEN n.runtime         IS DISTINCT FROM o.runtime         THEN 'runtime' END,
        CASE WHEN n.spec            IS DISTINCT FROM o.spec            THEN 'spec' END,
        CASE WHEN n.status          IS DISTINCT FROM o.status          THEN 'status' END,
        CASE WHEN n.tier            IS DISTINCT FROM o.tier            THEN 'tier' END
      ], NULL) AS changed
    FROM new_rows n FULL JOIN old_rows o ON o.id = n.id
  )
  SELECT
    w.organization_id, c.type, 'Workspace', w.id,
    CASE c.type
      WHEN 'WORKSPACE_MOVED' THEN
        ARRAY(SELECT unnest(workspace_lineage(w.id)) UNION SELECT unnest(workspace_lineage(c.old_parent_id)))
      ELSE workspace_lineage(w.id)
    END,
    workspace_change(w, c.changed) || CASE c.type
      WHEN 'WORKSPACE_MOVED' THEN jsonb_build_object(
        'from', global_id('Workspace', c.old_parent_id), 'to', global_id('Workspace', w.parent_id)
      )
      ELSE '{}'
    END
  FROM change c JOIN workspace w ON w.id = c.id
  WHERE c.changed <> '{}'
  ORDER BY CASE c.type WHEN 'WORKSPACE_REMOVED' THEN -w.depth ELSE w.depth END, w.path;
  RETURN NULL;
END
$$;

-- Only triggers may call them: they write into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_new_workspaces(), capture_changed_workspaces() FROM PUBLIC;

CREATE OR REPLACE TRIGGER workspace_insert_capture AFTER INSERT ON workspace
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION capture_new_workspaces();
CREATE OR REPLACE TRIGGER workspace_update_capture AFTER UPDATE ON workspace
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION capture_changed_workspaces();

ALTER TABLE workspace
  ENABLE ALWAYS TRIGGER workspace_insert_capture,
  ENABLE ALWAYS TRIGGER workspace_update_capture;
-- <<< prisma/sql/capture/workspace.sql
