-- Locks the tree of an organization until the transaction ends. Every transaction takes this lock before it changes the
-- tree or the agents in it. Without the lock, two concurrent moves could create a cycle together, and a removal could
-- miss an agent that is hired at the same time.
CREATE OR REPLACE FUNCTION lock_org_tree(organization_id uuid) RETURNS void
LANGUAGE sql VOLATILE
RETURN pg_advisory_xact_lock(hashtextextended('muster.org_tree.' || organization_id, 0));

-- Returns the ids of a workspace and of all workspaces above it; an empty array for an unknown id. A tree has at most 64
-- levels.
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

-- Whether a workspace is external: its agent runs outside Muster. It has no container and is ONLINE from the start.
CREATE OR REPLACE FUNCTION is_external_workspace(runtime text, spec jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN runtime = 'external' OR coalesce(spec -> 'external' = 'true', false);
