import type { Tx } from '../../../db.ts';
import type { DocumentSchedule } from '../document/document.ts';
import { ownedItems } from './ownedItems.ts';
import type { PlacedWorkspace } from './workspaces.ts';

/** Without `next_run_at`, the next due time is computed anew. */
export async function writeSchedules(
  tx: Tx,
  organizationId: string,
  created: readonly PlacedWorkspace[],
  changed: readonly PlacedWorkspace[],
): Promise<void> {
  const schedules = ownedItems<DocumentSchedule>('schedules', created, changed);
  if (schedules.length === 0) return;
  const rows = schedules.map(({ workspaceId, value: { name, cronExpr, timezone, prompt, enabled } }) => ({
    workspace_id: workspaceId,
    name,
    cron_expr: cronExpr,
    timezone,
    prompt,
    enabled,
  }));
  await tx.$executeRaw`
    INSERT INTO workspace_schedule
      (organization_id, workspace_id, name, cron_expr, timezone, prompt, enabled, source)
    SELECT ${organizationId}::uuid, n.workspace_id, n.name, n.cron_expr, n.timezone, n.prompt, n.enabled, 'TEMPLATE'
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS n(
        workspace_id uuid, name text, cron_expr text, timezone text, prompt text, enabled boolean
      )
    ON CONFLICT (organization_id, workspace_id, name) DO UPDATE
      SET cron_expr = excluded.cron_expr, timezone = excluded.timezone, prompt = excluded.prompt,
          enabled = excluded.enabled, next_run_at = NULL
    WHERE workspace_schedule.source = 'TEMPLATE'`;
}
