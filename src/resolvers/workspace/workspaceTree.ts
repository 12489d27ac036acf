import type { Database } from '../../database/db.ts';
import { builder } from '../../schema/index.ts';
import { setwise } from '../../schema/kit/setwise.ts';
import { weighs } from '../../schema/kit/weight.ts';
import {
  type TreeWorkspace,
  WorkspaceTreeNode,
  type WorkspaceTreeRow,
} from '../../schema/workspace/workspaceTree.ts';

builder.prismaObjectFields('Organization', (t) => ({
  workspaceTree: t.field({
    type: [WorkspaceTreeNode],
    ...weighs({ items: 1_000 }),
    description:
      "All live workspaces of the organization, parents before their children and siblings ordered by name. `parentId` and `depth` give each workspace's place in the tree.",
    args: {
      rootId: t.arg.idOf('Workspace', {
        description:
          'Only this workspace and the workspaces below it. The list is empty when the workspace is removed.',
      }),
    },
    select: { id: true },
    resolve: ({ id }, args, context) => treeOf(id, args, context),
  }),
}));

const treeOf = setwise(async (organizationIds, { rootId }: { rootId?: string | null }, { db }) => {
  const workspaces = await readTrees(db, organizationIds, rootId ?? null);
  const trees = Map.groupBy(workspaces, ({ organizationId }) => organizationId);
  return (organizationId) => rollUp(trees.get(organizationId) ?? []);
});

/** Reads trees of any depth with one statement: the path of a workspace begins with the path of each one above it. */
async function readTrees({ prisma }: Database, organizationIds: readonly string[], rootId: string | null) {
  return await prisma.$queryRaw<(TreeWorkspace & { organizationId: string })[]>`
    SELECT w.organization_id AS "organizationId", w.id, w.parent_id AS "parentId", w.name, w.path, w.depth, w.status::text AS status, w.role, w.runtime, w.tier,
           w.active_tasks AS "activeTasks", agent.id AS "agentId", agent.name AS "agentName"
      FROM workspace w
      LEFT JOIN workspace root ON root.id = ${rootId}::uuid AND root.organization_id = w.organization_id
      LEFT JOIN agent ON agent.workspace_id = w.id AND agent.status <> 'STOPPED'
     WHERE w.organization_id = ANY(${organizationIds}::uuid[]) AND w.status <> 'REMOVED'
       AND (${rootId}::uuid IS NULL OR w.id = root.id OR starts_with(w.path, root.path || E'\\x01'))
     ORDER BY w.path`;
}

/** Adds the counts of each workspace to its parent's. Iterating from the last row adds up children before their parents. */
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
