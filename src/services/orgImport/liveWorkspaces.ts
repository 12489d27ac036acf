import type { Tx } from '../../database/db.ts';
import type { LiveWorkspace } from './plan/plan.ts';

/** Reads all live workspaces of an organization, with schedules and channels, in one statement and so in one snapshot. */
export async function readLiveWorkspaces(tx: Tx, organizationId: string): Promise<LiveWorkspace[]> {
  return await tx.$queryRaw<LiveWorkspace[]>`
    WITH
      schedules AS (
        SELECT workspace_id, json_agg(json_build_object(
                 'name', name, 'cronExpr', cron_expr, 'timezone', timezone, 'prompt', prompt, 'enabled', enabled,
                 'source', source
               )) AS list
          FROM workspace_schedule WHERE organization_id = ${organizationId}::uuid GROUP BY workspace_id
      ),
      channels AS (
        SELECT workspace_id, json_agg(json_build_object(
                 'type', type, 'config', config, 'allowedUsers', allowed_users, 'enabled', enabled, 'source', source
               )) AS list
          FROM workspace_channel WHERE organization_id = ${organizationId}::uuid GROUP BY workspace_id
      )
    SELECT w.id, w.parent_id AS "parentId", w.name, w.role, w.runtime, w.tier, w.model, w.plugins, w.spec,
           w.import_document AS "importDocument", coalesce(s.list, '[]') AS schedules, coalesce(c.list, '[]') AS channels
      FROM workspace w
      LEFT JOIN schedules s ON s.workspace_id = w.id
      LEFT JOIN channels c ON c.workspace_id = w.id
     WHERE w.organization_id = ${organizationId}::uuid AND w.status <> 'REMOVED'`;
}
