import type { Database } from '../../db.ts';
import { builder } from '../../schema/index.ts';
import { WorkspaceTreeNode, type WorkspaceTreeRow } from '../../schema/workspace/workspaceTree.ts';

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
    resolve: ({ id }, { rootId }, { db }) => readTree(db, id, rootId ?? null),
  }),
}));

/** One statement, whatever the depth: `above` has a row for each workspace and each workspace above it. */
async function readTree(
  { prisma }: Database,
  organizationId: string,
  rootId: string | null,
): Promise<WorkspaceTreeRow[]> {
  return await prisma.$queryRaw<WorkspaceTreeRow[]>`
    WITH RECURSIVE tree AS (
      SELECT w.id, w.parent_id, w.name, w.path, w.depth, w.status FROM workspace w
       WHERE w.organization_id = ${organizationId}::uuid AND w.status <> 'REMOVED'
         AND CASE WHEN ${rootId}::uuid IS NULL THEN w.parent_id IS NULL ELSE w.id = ${rootId}::uuid END
      UNION ALL
      SELECT w.id, w.parent_id, w.name, w.path, w.depth, w.status
        FROM tree t JOIN workspace w ON w.organization_id = ${organizationId}::uuid AND w.parent_id = t.id
       WHERE w.status <> 'REMOVED'
    ),
    above AS (
      SELECT t.id AS ancestor_id, t.parent_id AS next_id, t.status FROM tree t
      UNION ALL
      SELECT t.id, t.parent_id, a.status FROM above a JOIN tree t ON t.id = a.next_id
    ),
    counts AS (
      SELECT ancestor_id AS id,
             count(*) FILTER (WHERE status = 'PROVISIONING')::int AS provisioning,
             count(*) FILTER (WHERE status = 'ONLINE')::int AS online,
             count(*) FILTER (WHERE status = 'OFFLINE')::int AS offline,
             count(*) FILTER (WHERE status = 'DEGRADED')::int AS degraded,
             count(*) FILTER (WHERE status = 'FAILED')::int AS failed
        FROM above GROUP BY ancestor_id
    ),
    children AS (SELECT parent_id AS id, count(*)::int AS count FROM tree GROUP BY parent_id)
    SELECT t.id, t.parent_id AS "parentId", t.name, t.path, t.depth, t.status::text AS status,
           coalesce(children.count, 0) AS "childCount", c.provisioning, c.online, c.offline, c.degraded, c.failed
      FROM tree t JOIN counts c ON c.id = t.id LEFT JOIN children ON children.id = t.id
     ORDER BY t.path`;
}
