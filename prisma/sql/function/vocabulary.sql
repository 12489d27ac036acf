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
