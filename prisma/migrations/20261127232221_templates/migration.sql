-- templates

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
-- <<< prisma/sql/function/vocabulary.sql

-- CreateEnum
CREATE TYPE "vocabulary_writer" AS ENUM ('LOCAL', 'TEMPLATE');

-- CreateEnum
CREATE TYPE "template_visibility" AS ENUM ('PUBLIC', 'PRIVATE');

-- CreateEnum
CREATE TYPE "installation_status" AS ENUM ('INSTALLED', 'UNINSTALLED');

-- CreateEnum
CREATE TYPE "template_item_kind" AS ENUM ('AGENT', 'ENTITY_TYPE', 'RELATIONSHIP_TYPE', 'WATCHER', 'CLASSIFIER');

-- AlterTable
ALTER TABLE "agent" ADD COLUMN     "description" TEXT;

-- CreateTable
CREATE TABLE "entity_type" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "agent_id" UUID,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "metadata_schema" JSONB,
    "display_name" TEXT,
    "installation_id" UUID,
    "source_key" TEXT,
    "source_release_id" UUID,
    "mirrored_at" TIMESTAMPTZ(3),
    "base" JSONB,
    "locally_changed" BOOLEAN NOT NULL DEFAULT false,
    "last_writer" "vocabulary_writer" NOT NULL DEFAULT 'LOCAL',
    "orphaned" BOOLEAN NOT NULL DEFAULT false,
    "archived_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "entity_type_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "relationship_type" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "agent_id" UUID,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "metadata_schema" JSONB,
    "is_symmetric" BOOLEAN NOT NULL DEFAULT false,
    "inverse_id" UUID,
    "rules_xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "display_name" TEXT,
    "installation_id" UUID,
    "source_key" TEXT,
    "source_release_id" UUID,
    "mirrored_at" TIMESTAMPTZ(3),
    "base" JSONB,
    "locally_changed" BOOLEAN NOT NULL DEFAULT false,
    "last_writer" "vocabulary_writer" NOT NULL DEFAULT 'LOCAL',
    "orphaned" BOOLEAN NOT NULL DEFAULT false,
    "archived_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "relationship_type_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "relationship_type_rule" (
    "organization_id" UUID NOT NULL,
    "relationship_type_id" UUID NOT NULL,
    "source_type_id" UUID NOT NULL,
    "target_type_id" UUID NOT NULL,

    CONSTRAINT "relationship_type_rule_pkey" PRIMARY KEY ("relationship_type_id","source_type_id","target_type_id")
);

-- CreateTable
CREATE TABLE "watcher" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "agent_id" UUID,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "current_version_id" UUID NOT NULL,
    "schedule" TEXT,
    "display_name" TEXT,
    "connection" TEXT,
    "schedule_enabled" BOOLEAN NOT NULL DEFAULT true,
    "installation_id" UUID,
    "source_key" TEXT,
    "source_release_id" UUID,
    "mirrored_at" TIMESTAMPTZ(3),
    "base" JSONB,
    "locally_changed" BOOLEAN NOT NULL DEFAULT false,
    "last_writer" "vocabulary_writer" NOT NULL DEFAULT 'LOCAL',
    "orphaned" BOOLEAN NOT NULL DEFAULT false,
    "archived_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "watcher_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "watcher_version" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "watcher_id" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "prompt" TEXT NOT NULL,
    "extraction_schema" JSONB NOT NULL,
    "reaction_script" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "watcher_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "watcher_window" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "watcher_id" UUID NOT NULL,
    "version_id" UUID NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "extracted_data" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "watcher_window_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "classifier" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "agent_id" UUID,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "watcher_id" UUID,
    "current_version_id" UUID NOT NULL,
    "display_name" TEXT,
    "installation_id" UUID,
    "source_key" TEXT,
    "source_release_id" UUID,
    "mirrored_at" TIMESTAMPTZ(3),
    "base" JSONB,
    "locally_changed" BOOLEAN NOT NULL DEFAULT false,
    "last_writer" "vocabulary_writer" NOT NULL DEFAULT 'LOCAL',
    "orphaned" BOOLEAN NOT NULL DEFAULT false,
    "archived_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "classifier_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "classifier_version" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "classifier_id" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "attribute_key" TEXT NOT NULL,
    "attribute_values" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "classifier_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "template" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "visibility" "template_visibility" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "template_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "template_release" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "template_id" UUID NOT NULL,
    "number" INTEGER NOT NULL DEFAULT 0,
    "manifest" JSONB NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "template_release_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "installation" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "organization_id" UUID NOT NULL,
    "template_id" UUID NOT NULL,
    "source_organization_id" UUID NOT NULL,
    "template_agent_id" UUID NOT NULL,
    "release_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "agent_base" JSONB NOT NULL,
    "status" "installation_status" NOT NULL DEFAULT 'INSTALLED',
    "installed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "uninstalled_at" TIMESTAMPTZ(3),

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "installation_binding" (
    "organization_id" UUID NOT NULL,
    "installation_id" UUID NOT NULL,
    "kind" "template_item_kind" NOT NULL,
    "source_key" TEXT NOT NULL,
    "target_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "installation_binding_pkey" PRIMARY KEY ("installation_id","kind","source_key")
);

-- CreateIndex
CREATE INDEX "entity_type_list_idx" ON "entity_type"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "entity_type_agent_idx" ON "entity_type"("agent_id");

-- CreateIndex
CREATE UNIQUE INDEX "entity_type_tenant_key" ON "entity_type"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "entity_type_source_key" ON "entity_type"("installation_id", "source_key");

-- CreateIndex
CREATE INDEX "relationship_type_list_idx" ON "relationship_type"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "relationship_type_agent_idx" ON "relationship_type"("agent_id");

-- CreateIndex
CREATE INDEX "relationship_type_inverse_idx" ON "relationship_type"("inverse_id");

-- CreateIndex
CREATE UNIQUE INDEX "relationship_type_tenant_key" ON "relationship_type"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "relationship_type_source_key" ON "relationship_type"("installation_id", "source_key");

-- CreateIndex
CREATE INDEX "relationship_type_rule_source_idx" ON "relationship_type_rule"("source_type_id");

-- CreateIndex
CREATE INDEX "relationship_type_rule_target_idx" ON "relationship_type_rule"("target_type_id");

-- CreateIndex
CREATE INDEX "watcher_list_idx" ON "watcher"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "watcher_agent_idx" ON "watcher"("agent_id");

-- CreateIndex
CREATE INDEX "watcher_current_version_idx" ON "watcher"("current_version_id");

-- CreateIndex
CREATE UNIQUE INDEX "watcher_tenant_key" ON "watcher"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "watcher_source_key" ON "watcher"("installation_id", "source_key");

-- CreateIndex
CREATE UNIQUE INDEX "watcher_version_watcher_key" ON "watcher_version"("organization_id", "watcher_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "watcher_version_key" ON "watcher_version"("watcher_id", "version");

-- CreateIndex
CREATE INDEX "watcher_window_version_idx" ON "watcher_window"("version_id");

-- CreateIndex
CREATE UNIQUE INDEX "watcher_window_key" ON "watcher_window"("watcher_id", "starts_at", "ends_at");

-- CreateIndex
CREATE INDEX "classifier_list_idx" ON "classifier"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "classifier_agent_idx" ON "classifier"("agent_id");

-- CreateIndex
CREATE INDEX "classifier_watcher_idx" ON "classifier"("watcher_id");

-- CreateIndex
CREATE INDEX "classifier_current_version_idx" ON "classifier"("current_version_id");

-- CreateIndex
CREATE UNIQUE INDEX "classifier_tenant_key" ON "classifier"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "classifier_source_key" ON "classifier"("installation_id", "source_key");

-- CreateIndex
CREATE UNIQUE INDEX "classifier_version_classifier_key" ON "classifier_version"("organization_id", "classifier_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "classifier_version_key" ON "classifier_version"("classifier_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "template_agent_key" ON "template"("organization_id", "agent_id");

-- CreateIndex
CREATE UNIQUE INDEX "template_slug_key" ON "template"("organization_id", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "template_tenant_key" ON "template"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "template_source_key" ON "template"("id", "organization_id", "agent_id");

-- CreateIndex
CREATE UNIQUE INDEX "template_release_number_key" ON "template_release"("template_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "template_release_template_key" ON "template_release"("template_id", "id");

-- CreateIndex
CREATE INDEX "installation_list_idx" ON "installation"("organization_id", "installed_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "installation_template_idx" ON "installation"("template_id");

-- CreateIndex
CREATE INDEX "installation_agent_idx" ON "installation"("agent_id");

-- CreateIndex
CREATE UNIQUE INDEX "installation_tenant_key" ON "installation"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "installation_binding_target_key" ON "installation_binding"("target_id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_template_agent_key" ON "agent"("organization_id", "id", "template_agent_id");

-- AddForeignKey
ALTER TABLE "entity_type" ADD CONSTRAINT "entity_type_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entity_type" ADD CONSTRAINT "entity_type_agent_fkey" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "agent"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entity_type" ADD CONSTRAINT "entity_type_installation_fkey" FOREIGN KEY ("organization_id", "installation_id") REFERENCES "installation"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entity_type" ADD CONSTRAINT "entity_type_source_release_id_fkey" FOREIGN KEY ("source_release_id") REFERENCES "template_release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "relationship_type" ADD CONSTRAINT "relationship_type_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "relationship_type" ADD CONSTRAINT "relationship_type_agent_fkey" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "agent"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "relationship_type" ADD CONSTRAINT "relationship_type_installation_fkey" FOREIGN KEY ("organization_id", "installation_id") REFERENCES "installation"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "relationship_type" ADD CONSTRAINT "relationship_type_source_release_id_fkey" FOREIGN KEY ("source_release_id") REFERENCES "template_release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "relationship_type" ADD CONSTRAINT "relationship_type_inverse_fkey" FOREIGN KEY ("organization_id", "inverse_id") REFERENCES "relationship_type"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "relationship_type_rule" ADD CONSTRAINT "relationship_type_rule_type_fkey" FOREIGN KEY ("organization_id", "relationship_type_id") REFERENCES "relationship_type"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "relationship_type_rule" ADD CONSTRAINT "relationship_type_rule_source_fkey" FOREIGN KEY ("organization_id", "source_type_id") REFERENCES "entity_type"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "relationship_type_rule" ADD CONSTRAINT "relationship_type_rule_target_fkey" FOREIGN KEY ("organization_id", "target_type_id") REFERENCES "entity_type"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "watcher" ADD CONSTRAINT "watcher_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "watcher" ADD CONSTRAINT "watcher_agent_fkey" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "agent"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "watcher" ADD CONSTRAINT "watcher_installation_fkey" FOREIGN KEY ("organization_id", "installation_id") REFERENCES "installation"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "watcher" ADD CONSTRAINT "watcher_source_release_id_fkey" FOREIGN KEY ("source_release_id") REFERENCES "template_release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "watcher" ADD CONSTRAINT "watcher_current_version_fkey" FOREIGN KEY ("organization_id", "id", "current_version_id") REFERENCES "watcher_version"("organization_id", "watcher_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;

-- AddForeignKey
ALTER TABLE "watcher_version" ADD CONSTRAINT "watcher_version_watcher_fkey" FOREIGN KEY ("organization_id", "watcher_id") REFERENCES "watcher"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "watcher_window" ADD CONSTRAINT "watcher_window_watcher_fkey" FOREIGN KEY ("organization_id", "watcher_id") REFERENCES "watcher"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "watcher_window" ADD CONSTRAINT "watcher_window_version_fkey" FOREIGN KEY ("organization_id", "watcher_id", "version_id") REFERENCES "watcher_version"("organization_id", "watcher_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "classifier" ADD CONSTRAINT "classifier_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "classifier" ADD CONSTRAINT "classifier_agent_fkey" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "agent"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "classifier" ADD CONSTRAINT "classifier_installation_fkey" FOREIGN KEY ("organization_id", "installation_id") REFERENCES "installation"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "classifier" ADD CONSTRAINT "classifier_source_release_id_fkey" FOREIGN KEY ("source_release_id") REFERENCES "template_release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "classifier" ADD CONSTRAINT "classifier_watcher_fkey" FOREIGN KEY ("organization_id", "watcher_id") REFERENCES "watcher"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "classifier" ADD CONSTRAINT "classifier_current_version_fkey" FOREIGN KEY ("organization_id", "id", "current_version_id") REFERENCES "classifier_version"("organization_id", "classifier_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;

-- AddForeignKey
ALTER TABLE "classifier_version" ADD CONSTRAINT "classifier_version_classifier_fkey" FOREIGN KEY ("organization_id", "classifier_id") REFERENCES "classifier"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "template" ADD CONSTRAINT "template_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "template" ADD CONSTRAINT "template_agent_fkey" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "agent"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "template_release" ADD CONSTRAINT "template_release_template_fkey" FOREIGN KEY ("organization_id", "template_id") REFERENCES "template"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "installation" ADD CONSTRAINT "installation_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "installation" ADD CONSTRAINT "installation_template_fkey" FOREIGN KEY ("template_id", "source_organization_id", "template_agent_id") REFERENCES "template"("id", "organization_id", "agent_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "installation" ADD CONSTRAINT "installation_release_fkey" FOREIGN KEY ("template_id", "release_id") REFERENCES "template_release"("template_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "installation" ADD CONSTRAINT "installation_agent_fkey" FOREIGN KEY ("organization_id", "agent_id", "template_agent_id") REFERENCES "agent"("organization_id", "id", "template_agent_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "installation_binding" ADD CONSTRAINT "installation_binding_installation_fkey" FOREIGN KEY ("organization_id", "installation_id") REFERENCES "installation"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- By hand: CHECKs, partial indexes, data. Remove this line if there are none.

ALTER TABLE agent ADD CONSTRAINT agent_description_check CHECK (length(description) BETWEEN 1 AND 4000);

ALTER TABLE entity_type
  ADD CONSTRAINT entity_type_slug_check CHECK (is_vocabulary_slug(slug)),
  ADD CONSTRAINT entity_type_name_check CHECK (length(name) BETWEEN 1 AND 100),
  ADD CONSTRAINT entity_type_description_check CHECK (length(description) <= 2000),
  ADD CONSTRAINT entity_type_display_name_check CHECK (length(display_name) BETWEEN 1 AND 100),
  -- Provenance is whole or absent, and says which item the base is.
  ADD CONSTRAINT entity_type_provenance_check CHECK (
    num_nonnulls(installation_id, source_key, source_release_id, mirrored_at, base) IN (0, 5)
  ),
  ADD CONSTRAINT entity_type_base_check CHECK (
    base ->> 'sourceKey' IS NOT DISTINCT FROM source_key AND base @> '{"kind": "ENTITY_TYPE"}'
  ),
  ADD CONSTRAINT entity_type_managed_check CHECK (installation_id IS NOT NULL OR NOT (locally_changed OR orphaned)),
  ADD CONSTRAINT entity_type_times_check CHECK (
    is_date_time(mirrored_at) AND is_date_time(archived_at) AND is_date_time(created_at) AND is_date_time(updated_at)
  ),
  ADD CONSTRAINT entity_type_metadata_schema_check CHECK (jsonb_typeof(metadata_schema) = 'object');

CREATE UNIQUE INDEX entity_type_slug_key ON entity_type (organization_id, slug) WHERE archived_at IS NULL;

ALTER TABLE relationship_type
  ADD CONSTRAINT relationship_type_slug_check CHECK (is_vocabulary_slug(slug)),
  ADD CONSTRAINT relationship_type_name_check CHECK (length(name) BETWEEN 1 AND 100),
  ADD CONSTRAINT relationship_type_description_check CHECK (length(description) <= 2000),
  ADD CONSTRAINT relationship_type_display_name_check CHECK (length(display_name) BETWEEN 1 AND 100),
  -- Provenance is whole or absent, and says which item the base is.
  ADD CONSTRAINT relationship_type_provenance_check CHECK (
    num_nonnulls(installation_id, source_key, source_release_id, mirrored_at, base) IN (0, 5)
  ),
  ADD CONSTRAINT relationship_type_base_check CHECK (
    base ->> 'sourceKey' IS NOT DISTINCT FROM source_key AND base @> '{"kind": "RELATIONSHIP_TYPE"}'
  ),
  ADD CONSTRAINT relationship_type_managed_check CHECK (installation_id IS NOT NULL OR NOT (locally_changed OR orphaned)),
  ADD CONSTRAINT relationship_type_times_check CHECK (
    is_date_time(mirrored_at) AND is_date_time(archived_at) AND is_date_time(created_at) AND is_date_time(updated_at)
  ),
  ADD CONSTRAINT relationship_type_metadata_schema_check CHECK (jsonb_typeof(metadata_schema) = 'object'),
  ADD CONSTRAINT relationship_type_inverse_check CHECK (inverse_id <> id AND NOT (is_symmetric AND inverse_id IS NOT NULL));

CREATE UNIQUE INDEX relationship_type_slug_key ON relationship_type (organization_id, slug) WHERE archived_at IS NULL;

ALTER TABLE watcher
  ADD CONSTRAINT watcher_slug_check CHECK (is_vocabulary_slug(slug)),
  ADD CONSTRAINT watcher_name_check CHECK (length(name) BETWEEN 1 AND 100),
  ADD CONSTRAINT watcher_description_check CHECK (length(description) <= 2000),
  ADD CONSTRAINT watcher_display_name_check CHECK (length(display_name) BETWEEN 1 AND 100),
  -- Provenance is whole or absent, and says which item the base is.
  ADD CONSTRAINT watcher_provenance_check CHECK (
    num_nonnulls(installation_id, source_key, source_release_id, mirrored_at, base) IN (0, 5)
  ),
  ADD CONSTRAINT watcher_base_check CHECK (
    base ->> 'sourceKey' IS NOT DISTINCT FROM source_key AND base @> '{"kind": "WATCHER"}'
  ),
  ADD CONSTRAINT watcher_managed_check CHECK (installation_id IS NOT NULL OR NOT (locally_changed OR orphaned)),
  ADD CONSTRAINT watcher_times_check CHECK (
    is_date_time(mirrored_at) AND is_date_time(archived_at) AND is_date_time(created_at) AND is_date_time(updated_at)
  ),
  ADD CONSTRAINT watcher_schedule_check CHECK (length(schedule) BETWEEN 1 AND 100),
  ADD CONSTRAINT watcher_connection_check CHECK (length(connection) BETWEEN 1 AND 255);

CREATE UNIQUE INDEX watcher_slug_key ON watcher (organization_id, slug) WHERE archived_at IS NULL;

ALTER TABLE watcher_version
  ADD CONSTRAINT watcher_version_version_check CHECK (version >= 1),
  ADD CONSTRAINT watcher_version_prompt_check CHECK (length(prompt) BETWEEN 1 AND 65536),
  ADD CONSTRAINT watcher_version_extraction_schema_check CHECK (jsonb_typeof(extraction_schema) = 'object'),
  ADD CONSTRAINT watcher_version_reaction_script_check CHECK (length(reaction_script) <= 65536),
  ADD CONSTRAINT watcher_version_times_check CHECK (is_date_time(created_at));

ALTER TABLE watcher_window
  ADD CONSTRAINT watcher_window_span_check CHECK (starts_at < ends_at),
  ADD CONSTRAINT watcher_window_extracted_data_check CHECK (jsonb_typeof(extracted_data) = 'object'),
  ADD CONSTRAINT watcher_window_times_check CHECK (
    is_date_time(starts_at) AND is_date_time(ends_at) AND is_date_time(created_at)
  );

ALTER TABLE classifier
  ADD CONSTRAINT classifier_slug_check CHECK (is_vocabulary_slug(slug)),
  ADD CONSTRAINT classifier_name_check CHECK (length(name) BETWEEN 1 AND 100),
  ADD CONSTRAINT classifier_description_check CHECK (length(description) <= 2000),
  ADD CONSTRAINT classifier_display_name_check CHECK (length(display_name) BETWEEN 1 AND 100),
  -- Provenance is whole or absent, and says which item the base is.
  ADD CONSTRAINT classifier_provenance_check CHECK (
    num_nonnulls(installation_id, source_key, source_release_id, mirrored_at, base) IN (0, 5)
  ),
  ADD CONSTRAINT classifier_base_check CHECK (
    base ->> 'sourceKey' IS NOT DISTINCT FROM source_key AND base @> '{"kind": "CLASSIFIER"}'
  ),
  ADD CONSTRAINT classifier_managed_check CHECK (installation_id IS NOT NULL OR NOT (locally_changed OR orphaned)),
  ADD CONSTRAINT classifier_times_check CHECK (
    is_date_time(mirrored_at) AND is_date_time(archived_at) AND is_date_time(created_at) AND is_date_time(updated_at)
  );

-- NULLS NOT DISTINCT: the slugs of classifiers without a watcher must differ too.
CREATE UNIQUE INDEX classifier_slug_key ON classifier (organization_id, watcher_id, slug) NULLS NOT DISTINCT
  WHERE archived_at IS NULL;

ALTER TABLE classifier_version
  ADD CONSTRAINT classifier_version_version_check CHECK (version >= 1),
  ADD CONSTRAINT classifier_version_attribute_key_check CHECK (length(attribute_key) BETWEEN 1 AND 100),
  ADD CONSTRAINT classifier_version_attribute_values_check CHECK (
    jsonb_typeof(attribute_values) IN ('object', 'array') AND attribute_values NOT IN ('{}', '[]')
  ),
  ADD CONSTRAINT classifier_version_times_check CHECK (is_date_time(created_at));

ALTER TABLE template
  ADD CONSTRAINT template_slug_check CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  ADD CONSTRAINT template_name_check CHECK (length(name) BETWEEN 1 AND 100),
  ADD CONSTRAINT template_description_check CHECK (length(description) <= 2000),
  ADD CONSTRAINT template_times_check CHECK (is_date_time(created_at) AND is_date_time(updated_at));

CREATE UNIQUE INDEX template_public_slug_key ON template (slug) WHERE visibility = 'PUBLIC';

ALTER TABLE template_release
  ADD CONSTRAINT template_release_number_check CHECK (number >= 1),
  ADD CONSTRAINT template_release_manifest_check CHECK (
    jsonb_typeof(manifest -> 'items') IS NOT DISTINCT FROM 'array' AND manifest ->> 'hash' IS NOT DISTINCT FROM hash
  ),
  ADD CONSTRAINT template_release_hash_check CHECK (hash ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT template_release_times_check CHECK (is_date_time(created_at));

ALTER TABLE installation
  ADD CONSTRAINT installation_source_check CHECK (organization_id <> source_organization_id),
  ADD CONSTRAINT installation_agent_base_check CHECK (agent_base @> '{"kind": "AGENT"}'),
  ADD CONSTRAINT installation_uninstalled_check CHECK ((status = 'UNINSTALLED') = (uninstalled_at IS NOT NULL)),
  ADD CONSTRAINT installation_times_check CHECK (
    is_date_time(installed_at) AND is_date_time(updated_at) AND is_date_time(uninstalled_at)
  );

CREATE UNIQUE INDEX installation_template_key ON installation (organization_id, template_id)
  WHERE status <> 'UNINSTALLED';

ALTER TABLE installation_binding
  ADD CONSTRAINT installation_binding_source_key_check CHECK (length(source_key) BETWEEN 1 AND 255),
  ADD CONSTRAINT installation_binding_times_check CHECK (is_date_time(created_at));

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

-- >>> prisma/sql/rule/classifier_version.sql
CREATE OR REPLACE TRIGGER classifier_version_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON classifier_version
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('labels of the past show the version that gave them');

-- The classifier's row is locked until the transaction ends, so that two of its versions do not get the same number.
CREATE OR REPLACE FUNCTION number_classifier_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM FROM classifier p WHERE p.id = NEW.classifier_id FOR NO KEY UPDATE;
  SELECT coalesce(max(v.version), 0) + 1 INTO NEW.version FROM classifier_version v WHERE v.classifier_id = NEW.classifier_id;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION number_classifier_version() FROM PUBLIC;

CREATE OR REPLACE TRIGGER classifier_version_numbering BEFORE INSERT ON classifier_version
  FOR EACH ROW EXECUTE FUNCTION number_classifier_version();

ALTER TABLE classifier_version ENABLE ALWAYS TRIGGER classifier_version_is_kept;
-- <<< prisma/sql/rule/classifier_version.sql

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

-- >>> prisma/sql/rule/installation.sql
CREATE OR REPLACE TRIGGER installation_touch BEFORE UPDATE ON installation
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER installation_stays BEFORE UPDATE ON installation
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.template_id, OLD.agent_id, OLD.installed_at) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.template_id, NEW.agent_id, NEW.installed_at)
  )
  EXECUTE FUNCTION refuse('an installation stays in its organization, with its template and its agent');

CREATE OR REPLACE TRIGGER installation_uninstalled_stays BEFORE UPDATE ON installation
  FOR EACH ROW WHEN (OLD.status = 'UNINSTALLED' AND OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION refuse('an uninstalled template is installed anew');

CREATE OR REPLACE TRIGGER installation_is_kept BEFORE DELETE OR TRUNCATE ON installation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('set its status to UNINSTALLED instead');

ALTER TABLE installation
  ENABLE ALWAYS TRIGGER installation_stays,
  ENABLE ALWAYS TRIGGER installation_uninstalled_stays,
  ENABLE ALWAYS TRIGGER installation_is_kept;
-- <<< prisma/sql/rule/installation.sql

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

-- >>> prisma/sql/rule/relationship_type_rule.sql
-- Rules are part of their type: when they change, the type does, once in each transaction. A type that is created in
-- this transaction has its rules from the start.
CREATE OR REPLACE FUNCTION touch_types_of_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE relationship_type t SET rules_xid = pg_current_xact_id()
   WHERE t.id IN (SELECT r.relationship_type_id FROM changed_rows r)
     AND t.rules_xid <> pg_current_xact_id();
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION touch_types_of_rules() FROM PUBLIC;

CREATE OR REPLACE TRIGGER relationship_type_rule_insert_touch AFTER INSERT ON relationship_type_rule
  REFERENCING NEW TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION touch_types_of_rules();
CREATE OR REPLACE TRIGGER relationship_type_rule_delete_touch AFTER DELETE ON relationship_type_rule
  REFERENCING OLD TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION touch_types_of_rules();

CREATE OR REPLACE TRIGGER relationship_type_rule_stays BEFORE UPDATE OR TRUNCATE ON relationship_type_rule
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('delete the rule and insert another');

ALTER TABLE relationship_type_rule ENABLE ALWAYS TRIGGER relationship_type_rule_stays;
-- <<< prisma/sql/rule/relationship_type_rule.sql

-- >>> prisma/sql/rule/template.sql
CREATE OR REPLACE TRIGGER template_touch BEFORE UPDATE ON template
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE OR REPLACE TRIGGER template_stays BEFORE UPDATE ON template
  FOR EACH ROW WHEN (
    (OLD.id, OLD.organization_id, OLD.agent_id, OLD.created_at) IS DISTINCT FROM
    (NEW.id, NEW.organization_id, NEW.agent_id, NEW.created_at)
  )
  EXECUTE FUNCTION refuse('a template stays in its organization, and with its agent');

CREATE OR REPLACE TRIGGER template_is_kept BEFORE DELETE OR TRUNCATE ON template
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('organizations have it installed');

-- What an agent was installed from never changes, so that a check at the beginning suffices.
CREATE OR REPLACE FUNCTION check_template_agent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF EXISTS (SELECT FROM agent a WHERE a.id = NEW.agent_id AND a.template_agent_id IS NOT NULL) THEN
    RAISE EXCEPTION 'An installed agent is no template.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'template_agent_check', TABLE = 'template';
  END IF;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION check_template_agent() FROM PUBLIC;

CREATE OR REPLACE TRIGGER template_insert_agent_check BEFORE INSERT ON template
  FOR EACH ROW EXECUTE FUNCTION check_template_agent();

ALTER TABLE template
  ENABLE ALWAYS TRIGGER template_stays,
  ENABLE ALWAYS TRIGGER template_is_kept,
  ENABLE ALWAYS TRIGGER template_insert_agent_check;
-- <<< prisma/sql/rule/template.sql

-- >>> prisma/sql/rule/template_release.sql
CREATE OR REPLACE TRIGGER template_release_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON template_release
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('installations are reconciled with what was published');

-- The template's row is locked until the transaction ends, so that two of its releases do not get the same number.
CREATE OR REPLACE FUNCTION number_template_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM FROM template p WHERE p.id = NEW.template_id FOR NO KEY UPDATE;
  SELECT coalesce(max(v.number), 0) + 1 INTO NEW.number FROM template_release v WHERE v.template_id = NEW.template_id;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION number_template_release() FROM PUBLIC;

CREATE OR REPLACE TRIGGER template_release_numbering BEFORE INSERT ON template_release
  FOR EACH ROW EXECUTE FUNCTION number_template_release();

ALTER TABLE template_release ENABLE ALWAYS TRIGGER template_release_is_kept;
-- <<< prisma/sql/rule/template_release.sql

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

-- >>> prisma/sql/rule/watcher_version.sql
CREATE OR REPLACE TRIGGER watcher_version_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON watcher_version
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('windows of the past show the version that they ran with');

-- The watcher's row is locked until the transaction ends, so that two of its versions do not get the same number.
CREATE OR REPLACE FUNCTION number_watcher_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM FROM watcher p WHERE p.id = NEW.watcher_id FOR NO KEY UPDATE;
  SELECT coalesce(max(v.version), 0) + 1 INTO NEW.version FROM watcher_version v WHERE v.watcher_id = NEW.watcher_id;
  RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION number_watcher_version() FROM PUBLIC;

CREATE OR REPLACE TRIGGER watcher_version_numbering BEFORE INSERT ON watcher_version
  FOR EACH ROW EXECUTE FUNCTION number_watcher_version();

ALTER TABLE watcher_version ENABLE ALWAYS TRIGGER watcher_version_is_kept;
-- <<< prisma/sql/rule/watcher_version.sql

-- >>> prisma/sql/rule/watcher_window.sql
CREATE OR REPLACE TRIGGER watcher_window_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON watcher_window
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what a watcher found is kept as it was recorded');

ALTER TABLE watcher_window ENABLE ALWAYS TRIGGER watcher_window_is_kept;
-- <<< prisma/sql/rule/watcher_window.sql

-- >>> prisma/sql/capture/agent.sql
-- agent → AGENT_CREATED, AGENT_UPDATED, AGENT_OFFBOARDED
CREATE OR REPLACE FUNCTION capture_agent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := array_remove(ARRAY[
      CASE WHEN NEW.description     IS DISTINCT FROM OLD.description     THEN 'description' END,
      CASE WHEN NEW.failure         IS DISTINCT FROM OLD.failure         THEN 'failure' END,
      CASE WHEN NEW.name            IS DISTINCT FROM OLD.name            THEN 'name' END,
      CASE WHEN NEW.offboard_reason IS DISTINCT FROM OLD.offboard_reason THEN 'offboardReason' END,
      CASE WHEN NEW.offboarded_at   IS DISTINCT FROM OLD.offboarded_at   THEN 'offboardedAt' END,
      CASE WHEN NEW.role            IS DISTINCT FROM OLD.role            THEN 'role' END,
      CASE WHEN NEW.status          IS DISTINCT FROM OLD.status          THEN 'status' END,
      CASE WHEN NEW.workspace_id    IS DISTINCT FROM OLD.workspace_id    THEN 'workspace' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'AGENT_CREATED'
      WHEN OLD.status <> 'STOPPED' AND NEW.status = 'STOPPED' THEN 'AGENT_OFFBOARDED'
      ELSE 'AGENT_UPDATED'
    END,
    'Agent', NEW.id, array_remove(ARRAY[NEW.id, NEW.hired_by_id, NEW.workspace_id], NULL),
    jsonb_build_object('changed', changed, 'row', jsonb_build_object(
      'id', global_id('Agent', NEW.id),
      'name', NEW.name,
      'role', NEW.role,
      'description', NEW.description,
      'status', NEW.status,
      'workspace', global_id('Workspace', NEW.workspace_id),
      'hiredBy', global_id('User', NEW.hired_by_id),
      'hiredAt', date_time(NEW.hired_at),
      'offboardedAt', date_time(NEW.offboarded_at),
      'offboardReason', NEW.offboard_reason,
      'failure', NEW.failure,
      'updatedAt', date_time(NEW.updated_at)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_agent() FROM PUBLIC;

CREATE OR REPLACE TRIGGER agent_capture AFTER INSERT OR UPDATE ON agent
  FOR EACH ROW EXECUTE FUNCTION capture_agent();

ALTER TABLE agent ENABLE ALWAYS TRIGGER agent_capture;
-- <<< prisma/sql/capture/agent.sql

-- >>> prisma/sql/capture/classifier.sql
-- classifier → CLASSIFIER_CREATED, CLASSIFIER_UPDATED, CLASSIFIER_ARCHIVED
--
-- What its current version holds is not in the image: it has no bound.
CREATE OR REPLACE FUNCTION capture_classifier() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := vocabulary_changes(to_jsonb(OLD), to_jsonb(NEW)) || array_remove(ARRAY[
      CASE WHEN NEW.current_version_id IS DISTINCT FROM OLD.current_version_id THEN 'currentVersion' END,
      CASE WHEN NEW.watcher_id         IS DISTINCT FROM OLD.watcher_id         THEN 'watcher' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'CLASSIFIER_CREATED'
      WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'CLASSIFIER_ARCHIVED'
      ELSE 'CLASSIFIER_UPDATED'
    END,
    'Classifier', NEW.id, array_remove(ARRAY[NEW.id, NEW.agent_id, NEW.installation_id, NEW.watcher_id], NULL),
    jsonb_build_object('changed', changed, 'row', vocabulary_image('Classifier', to_jsonb(NEW)) || jsonb_build_object(
      'currentVersion', global_id('ClassifierVersion', NEW.current_version_id),
      'watcher', global_id('Watcher', NEW.watcher_id)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_classifier() FROM PUBLIC;

CREATE OR REPLACE TRIGGER classifier_capture AFTER INSERT OR UPDATE ON classifier
  FOR EACH ROW EXECUTE FUNCTION capture_classifier();

ALTER TABLE classifier ENABLE ALWAYS TRIGGER classifier_capture;
-- <<< prisma/sql/capture/classifier.sql

-- >>> prisma/sql/capture/entity_type.sql
-- entity_type → ENTITY_TYPE_CREATED, ENTITY_TYPE_UPDATED, ENTITY_TYPE_ARCHIVED
--
-- Not in the image: `metadataSchema`, which has no bound.
CREATE OR REPLACE FUNCTION capture_entity_type() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := vocabulary_changes(to_jsonb(OLD), to_jsonb(NEW)) || array_remove(ARRAY[
      CASE WHEN NEW.metadata_schema IS DISTINCT FROM OLD.metadata_schema THEN 'metadataSchema' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'ENTITY_TYPE_CREATED'
      WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'ENTITY_TYPE_ARCHIVED'
      ELSE 'ENTITY_TYPE_UPDATED'
    END,
    'EntityType', NEW.id, array_remove(ARRAY[NEW.id, NEW.agent_id, NEW.installation_id], NULL),
    jsonb_build_object('changed', changed, 'row', vocabulary_image('EntityType', to_jsonb(NEW)))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_entity_type() FROM PUBLIC;

CREATE OR REPLACE TRIGGER entity_type_capture AFTER INSERT OR UPDATE ON entity_type
  FOR EACH ROW EXECUTE FUNCTION capture_entity_type();

ALTER TABLE entity_type ENABLE ALWAYS TRIGGER entity_type_capture;
-- <<< prisma/sql/capture/entity_type.sql

-- >>> prisma/sql/capture/relationship_type.sql
-- relationship_type → RELATIONSHIP_TYPE_CREATED, RELATIONSHIP_TYPE_UPDATED, RELATIONSHIP_TYPE_ARCHIVED
--
-- Not in the image: `metadataSchema` and `rules`, which have no bound.
CREATE OR REPLACE FUNCTION capture_relationship_type() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := vocabulary_changes(to_jsonb(OLD), to_jsonb(NEW)) || array_remove(ARRAY[
      CASE WHEN NEW.inverse_id      IS DISTINCT FROM OLD.inverse_id      THEN 'inverse' END,
      CASE WHEN NEW.is_symmetric    IS DISTINCT FROM OLD.is_symmetric    THEN 'isSymmetric' END,
      CASE WHEN NEW.metadata_schema IS DISTINCT FROM OLD.metadata_schema THEN 'metadataSchema' END,
      CASE WHEN NEW.rules_xid       IS DISTINCT FROM OLD.rules_xid       THEN 'rules' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'RELATIONSHIP_TYPE_CREATED'
      WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'RELATIONSHIP_TYPE_ARCHIVED'
      ELSE 'RELATIONSHIP_TYPE_UPDATED'
    END,
    'RelationshipType', NEW.id, array_remove(ARRAY[NEW.id, NEW.agent_id, NEW.installation_id], NULL),
    jsonb_build_object('changed', changed, 'row', vocabulary_image('RelationshipType', to_jsonb(NEW)) || jsonb_build_object(
      'isSymmetric', NEW.is_symmetric,
      'inverse', global_id('RelationshipType', NEW.inverse_id)
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_relationship_type() FROM PUBLIC;

CREATE OR REPLACE TRIGGER relationship_type_capture AFTER INSERT OR UPDATE ON relationship_type
  FOR EACH ROW EXECUTE FUNCTION capture_relationship_type();

ALTER TABLE relationship_type ENABLE ALWAYS TRIGGER relationship_type_capture;
-- <<< prisma/sql/capture/relationship_type.sql

-- >>> prisma/sql/capture/watcher.sql
-- watcher → WATCHER_CREATED, WATCHER_UPDATED, WATCHER_ARCHIVED
--
-- What its current version asks is not in the image: it has no bound.
CREATE OR REPLACE FUNCTION capture_watcher() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  changed text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := vocabulary_changes(to_jsonb(OLD), to_jsonb(NEW)) || array_remove(ARRAY[
      CASE WHEN NEW.connection         IS DISTINCT FROM OLD.connection         THEN 'connection' END,
      CASE WHEN NEW.current_version_id IS DISTINCT FROM OLD.current_version_id THEN 'currentVersion' END,
      CASE WHEN NEW.schedule           IS DISTINCT FROM OLD.schedule           THEN 'schedule' END,
      CASE WHEN NEW.schedule_enabled   IS DISTINCT FROM OLD.schedule_enabled   THEN 'scheduleEnabled' END
    ], NULL);
    IF changed = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO change_outbox (organization_id, type, entity_type, entity_id, subjects, payload) VALUES (
    NEW.organization_id,
    CASE
      WHEN TG_OP = 'INSERT' THEN 'WATCHER_CREATED'
      WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'WATCHER_ARCHIVED'
      ELSE 'WATCHER_UPDATED'
    END,
    'Watcher', NEW.id, array_remove(ARRAY[NEW.id, NEW.agent_id, NEW.installation_id], NULL),
    jsonb_build_object('changed', changed, 'row', vocabulary_image('Watcher', to_jsonb(NEW)) || jsonb_build_object(
      'currentVersion', global_id('WatcherVersion', NEW.current_version_id),
      'schedule', NEW.schedule,
      'scheduleEnabled', NEW.schedule_enabled,
      'connection', NEW.connection
    ))
  );
  RETURN NULL;
END
$$;

-- Only triggers may call it: it writes into the feed with the owner's rights.
REVOKE EXECUTE ON FUNCTION capture_watcher() FROM PUBLIC;

CREATE OR REPLACE TRIGGER watcher_capture AFTER INSERT OR UPDATE ON watcher
  FOR EACH ROW EXECUTE FUNCTION capture_watcher();

ALTER TABLE watcher ENABLE ALWAYS TRIGGER watcher_capture;
-- <<< prisma/sql/capture/watcher.sql
