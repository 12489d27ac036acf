-- Taken before anything that changes the shape of an organization's tree, or who works where in it, and kept until the
-- transaction ends: two moves that are each fine could make a cycle together, and a removal must not miss an agent that
-- is hired meanwhile.
CREATE OR REPLACE FUNCTION lock_org_tree(organization_id uuid) RETURNS void
LANGUAGE sql VOLATILE
RETURN pg_advisory_xact_lock(hashtextextended('muster.org_tree.' || organization_id, 0));

-- The workspace and everything above it, as ids. An unknown id gives an empty array. A tree has at most 64 levels.
CREATE OR REPLACE FUNCTION workspace_lineage(workspace_id uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN ARRAY(
    WITH RECURSIVE lineage AS (
      SELECT w.id, w.parent_id, 1 AS level FROM workspace w WHERE w.id = workspace_id
      UNION ALL
      SELECT w.id, w.parent_id, l.level + 1 FROM lineage l JOIN workspace w ON w.id = l.parent_id WHERE l.level < 64
    )
    SELECT id FROM lineage
  );
END
$$;

-- Whether its agent runs outside: it has no container, so that it is ONLINE from the start.
CREATE OR REPLACE FUNCTION is_external_workspace(runtime text, spec jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN runtime = 'external' OR coalesce(spec -> 'external' = 'true', false);
