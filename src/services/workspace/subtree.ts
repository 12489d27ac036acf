import type { Tx } from '../../database/db.ts';

/** The highest number of levels of a tree. A CHECK of the column `depth` enforces it. */
export const MAX_LEVELS = 64;

export type SubtreeWorkspace = {
  id: string;
  name: string;
  /** The names from the root. */
  path: string[];
  depth: number;
  activeTasks: number;
};

/** Returns the live workspaces among these and all live workspaces below them, each once, parents first. */
export async function liveSubtrees(
  tx: Tx,
  organizationId: string,
  workspaceIds: string[],
): Promise<SubtreeWorkspace[]> {
  return await tx.$queryRaw<SubtreeWorkspace[]>`
    WITH RECURSIVE subtree AS (
      SELECT id FROM workspace
       WHERE organization_id = ${organizationId}::uuid AND id = ANY(${workspaceIds}::uuid[]) AND status <> 'REMOVED'
      UNION
      SELECT w.id FROM subtree s JOIN workspace w ON w.organization_id = ${organizationId}::uuid AND w.parent_id = s.id WHERE w.status <> 'REMOVED'
    )
    SELECT id, name, string_to_array(path, E'\\x01') AS path, depth, active_tasks AS "activeTasks" FROM workspace JOIN subtree USING (id)
     ORDER BY depth, workspace.path`;
}
