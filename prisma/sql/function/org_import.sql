-- The key of the advisory lock that a running import holds. When it is free, the import is not running any more.
CREATE OR REPLACE FUNCTION org_import_lock(import_id uuid) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended('muster.org_import.' || import_id::text, 0);
