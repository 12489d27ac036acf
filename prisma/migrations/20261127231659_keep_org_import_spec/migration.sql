-- keep org import spec

-- >>> prisma/sql/function/org_import.sql
-- The key of the advisory lock that a running import holds. When it is free, the import is not running any more.
CREATE OR REPLACE FUNCTION org_import_lock(import_id uuid) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended('muster.org_import.' || import_id::text, 0);
-- <<< prisma/sql/function/org_import.sql

-- AlterTable
ALTER TABLE "org_import" ADD COLUMN     "spec" JSONB NOT NULL DEFAULT '{}';

ALTER TABLE org_import ADD CONSTRAINT org_import_spec_check CHECK (jsonb_typeof(spec) = 'object');

-- The imports that jobs look at: they have not ended, or some of their workspaces have not started.
CREATE INDEX org_import_unsettled_idx ON org_import (started_at)
  WHERE status = 'RUNNING' OR provisioned_count + failed_count < created_count;
