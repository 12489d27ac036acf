-- installation feed

-- >>> prisma/sql/function/vocabulary.sql
-- Slugs of the vocabulary: as in the API, and those of the platform, which begin with `$`.
CREATE OR REPLACE FUNCTION is_vocabulary_slug(slug text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN slug ~ '^\$?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';

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

-- >>> prisma/sql/capture/installation.sql
-- installation → INSTALLATION_CREATED, INSTALLATION_UPDATED, INSTALLATION_UNINSTALLED
CREATE OR REPLACE FUNCTION installation_image(changed_row installation) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN jsonb_build_object(
    'id', global_id('Installation', changed_row.id),
    'template', global_id('Template', changed_row.template_id),
    'release', global_id('TemplateRelease', changed_row.release_id),
    'agent', global_id('Agent', changed_row.agent_id),
    'status', changed_row.status,
    'installedAt', date_time(changed_row.installed_at),
    'uninstalledAt', date_time(changed_row.uninstalled_at),
    'updatedAt', date_time(changed_row.updated_at)
  );
END
$$;

CREATE OR REPLACE FUNCTION capture_installation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.release_id     IS DISTINCT FROM OLD.release_id     THEN 'release' END,
      CASE WHEN NEW.status         IS DISTINCT FROM OLD.status         THEN 'status' END,
      CASE WHEN NEW.uninstalled_at IS DISTINCT FROM OLD.uninstalled_at THEN 'uninstalledAt' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'INSTALLATION_CREATED'
      WHEN OLD.status = 'INSTALLED' AND NEW.status = 'UNINSTALLED' THEN 'INSTALLATION_UNINSTALLED'
      ELSE 'INSTALLATION_UPDATED'
    END,
    'Installation', NEW.id, ARRAY[NEW.id, NEW.agent_id],
    jsonb_build_object('changed', changed, 'row', installation_image(NEW))
  );
  RETURN NULL;
END
$$;

-- A release of a template is heard by each organization that has it installed. Who published it is no concern of theirs:
-- the actor is the system.
CREATE OR REPLACE FUNCTION notify_installations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO change_outbox
    (organization_id, type, entity_type, entity_id, subjects, payload, actor_kind, actor_id, actor_name, request_id)
  SELECT i.organization_id, 'TEMPLATE_RELEASE_PUBLISHED', 'Installation', i.id, ARRAY[i.id, i.agent_id],
         jsonb_build_object('changed', ARRAY['updateAvailable'], 'row', installation_image(i)),
         'SYSTEM', NULL, 'template', NULL
    FROM installation i WHERE i.template_id = NEW.template_id AND i.status = 'INSTALLED';
  RETURN NULL;
END
$$;

-- Only triggers may call them: they write into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_installation(), notify_installations() FROM PUBLIC;

CREATE OR REPLACE TRIGGER installation_capture AFTER INSERT OR UPDATE ON installation
  FOR EACH ROW EXECUTE FUNCTION capture_installation();
CREATE OR REPLACE TRIGGER template_release_notice AFTER INSERT ON template_release
  FOR EACH ROW EXECUTE FUNCTION notify_installations();

ALTER TABLE installation ENABLE ALWAYS TRIGGER installation_capture;
ALTER TABLE template_release ENABLE ALWAYS TRIGGER template_release_notice;
-- <<< prisma/sql/capture/installation.sql

-- >>> prisma/sql/view/installation_item.sql
DROP VIEW IF EXISTS installation_item;
CREATE VIEW installation_item AS
SELECT t.id, t.organization_id, t.installation_id, 'ENTITY_TYPE'::template_item_kind AS kind, t.source_key, t.slug, t.id AS row_id,
       installation_item_state(t.archived_at IS NOT NULL, t.orphaned, t.locally_changed) AS state
  FROM entity_type t WHERE t.installation_id IS NOT NULL
UNION ALL
SELECT t.id, t.organization_id, t.installation_id, 'RELATIONSHIP_TYPE'::template_item_kind AS kind, t.source_key, t.slug, t.id AS row_id,
       installation_item_state(t.archived_at IS NOT NULL, t.orphaned, t.locally_changed) AS state
  FROM relationship_type t WHERE t.installation_id IS NOT NULL
UNION ALL
SELECT t.id, t.organization_id, t.installation_id, 'WATCHER'::template_item_kind AS kind, t.source_key, t.slug, t.id AS row_id,
       installation_item_state(t.archived_at IS NOT NULL, t.orphaned, t.locally_changed) AS state
  FROM watcher t WHERE t.installation_id IS NOT NULL
UNION ALL
SELECT t.id, t.organization_id, t.installation_id, 'CLASSIFIER'::template_item_kind AS kind, t.source_key, t.slug, t.id AS row_id,
       installation_item_state(t.archived_at IS NOT NULL, t.orphaned, t.locally_changed) AS state
  FROM classifier t WHERE t.installation_id IS NOT NULL
UNION ALL
SELECT a.id, i.organization_id, i.id, 'AGENT', i.template_agent_id::text, 'agent', a.id,
       installation_item_state(
         a.offboarded_at IS NOT NULL, false,
         jsonb_build_object('role', a.role, 'description', a.description, 'config', a.config)
           IS DISTINCT FROM i.agent_base -> 'fields'
       )
  FROM installation i JOIN agent a ON a.id = i.agent_id
UNION ALL
SELECT md5(b.installation_id::text || b.kind::text || b.source_key)::uuid, b.organization_id, b.installation_id, b.kind,
       b.source_key, item.slug, b.target_id, CASE WHEN b.target_id IS NULL THEN 'SKIPPED' ELSE 'DETACHED' END
  FROM installation_binding b
  JOIN installation i ON i.id = b.installation_id
  JOIN template_release r ON r.id = i.release_id
  JOIN LATERAL (
    SELECT e ->> 'slug' AS slug FROM jsonb_array_elements(r.manifest -> 'items') AS e
     WHERE e ->> 'kind' = b.kind::text AND e ->> 'sourceKey' = b.source_key
  ) item ON true;

COMMENT ON VIEW installation_item IS 'What an installation manages or leaves out, item by item, and how each stands.';
-- <<< prisma/sql/view/installation_item.sql
