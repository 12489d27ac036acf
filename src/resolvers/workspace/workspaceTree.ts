import type { Database } from '../../db.ts';
import { builder } from '../../schema/index.ts';
import {
  type TreeWorkspace,
  WorkspaceTreeNode,
  type WorkspaceTreeRow,
} from '../../schema/workspace/workspaceTree.ts';

builder.prismaObjectFields('Organization', (t) => ({
  workspaceTree: t.field({
    type: [WorkspaceTreeNode],
    description:
      'All its live workspaces, each before its children, siblings by name, with the statuses below each counted. `depth` and `parentId` tell where each belongs.',
    args: {
      rootId: t.arg.idOf('Workspace', {
        description: 'Only this workspace and everything below it. Empty when it is removed.',
      }),
    },
    select: { id: true },
    resolve: async ({ id }, { rootId }, { db }) => rollUp(await readTree(db, id, rootId ?? null)),
  }),
}));

/** One statement, whatever the depth: the path of a workspace begins with the path of each one above it. */
async function readTree(
  { prisma }: Database,
  organizationId: string,
  rootId: string | null,
): Promise<TreeWorkspace[]> {
  return await prisma.$queryRaw<TreeWorkspace[]>`
    SELECT w.id, w.parent_id AS "parentId", w.name, w.path, w.depth, w.status::text AS status, w.role, w.runtime, w.tier,
           w.active_tasks AS "activeTasks", agent.id AS "agentId", agent.name AS "agentName"
      FROM workspace w
      LEFT JOIN workspace root ON root.id = ${rootId}::uuid AND root.organization_id = w.organization_id
      LEFT JOIN agent ON agent.workspace_id = w.id AND agent.status <> 'STOPPED'
     WHERE w.organization_id = ${organizationId}::uuid AND w.status <> 'REMOVED'
       AND (${rootId}::uuid IS NULL OR w.id = root.id OR starts_with(w.path, root.path || E'\\x01'))
     ORDER BY w.path`;
}

/** Adds each workspace to the counts of the one above it. From the last to the first, children come before parents. */
function rollUp(workspaces: TreeWorkspace[]): WorkspaceTreeRow[] {
  const rows = workspaces.map((workspace) => ({
    ...workspace,
    childCount: 0,
    statusCounts: { PROVISIONING: 0, ONLINE: 0, OFFLINE: 0, DEGRADED: 0, FAILED: 0, [workspace.status]: 1 },
  }));
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const { parentId, statusCounts } of rows.toReversed()) {
    const parent = byId.get(parentId ?? '');
    if (!parent) continue;
    parent.childCount += 1;
    for (const status of LIVE_STATUSES) parent.statusCounts[status] += statusCounts[status];
  }
  return rows;
}

const LIVE_STATUSES = ['PROVISIONING', 'ONLINE', 'OFFLINE', 'DEGRADED', 'FAILED'] as const;
