import type { Tx } from '../../../database/db.ts';
import { nextRuns } from '../../schedule/times.ts';
import type { DocumentSchedule } from '../document/document.ts';
import { ownedItems } from './ownedItems.ts';
import type { PlacedWorkspace } from './workspaces.ts';

export async function writeSchedules(
  tx: Tx,
  organizationId: string,
  created: readonly PlacedWorkspace[],
  changed: readonly PlacedWorkspace[],
): Promise<void> {
  const schedules = ownedItems<DocumentSchedule>('schedules', created, changed);
  if (schedules.length === 0) return;
  const next = nextRuns(
    schedules.map(({ value }) => value),
    new Date(),
  );
  const rows = schedules.map(({ workspaceId, value }, index) => ({
    workspace_id: workspaceId,
    name: value.name,
    cron_expr: value.cronExpr,
    timezone: value.timezone,
    prompt: value.prompt,
    enabled: value.enabled,
    next_run_at: next[index],
  }));
  await tx.$executeRaw`
    INSERT INTO workspace_schedule
      (organization_id, workspace_id, name, cron_expr, timezone, prompt, enabled, next_run_at, source)
    SELECT ${organizationId}::uuid, n.workspace_id, n.name, n.cron_expr, n.timezone, n.prompt, n.enabled, n.next_run_at,
           'TEMPLATE'
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS n(
        workspace_id uuid, name text, cron_expr text, timezone text, prompt text, enabled boolean,
        next_run_at timestamptz
      )
    ON CONFLICT (organization_id, workspace_id, name) DO UPDATE
      SET cron_expr = excluded.cron_expr, timezone = excluded.timezone, prompt = excluded.prompt,
          enabled = excluded.enabled, next_run_at = excluded.next_run_at
    WHERE workspace_schedule.source = 'TEMPLATE'`;
}
