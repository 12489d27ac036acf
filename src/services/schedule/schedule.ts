/** Reads schedules with all that decides about their runs. */
import { Prisma } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import type { RunState } from './scheduleRule.ts';
import type { Times } from './times.ts';

export type ScheduleRow = RunState &
  Times & {
    id: string;
    organizationId: string;
    workspaceId: string;
    name: string;
    prompt: string;
    agentId: string | null;
    lastRunAt: Date | null;
  };

/** Schedules as `s`, for a WHERE clause to follow. */
export const SCHEDULES = Prisma.sql`
  SELECT s.id, s.organization_id AS "organizationId", s.workspace_id AS "workspaceId", s.name, s.prompt,
         s.cron_expr AS "cronExpr", s.timezone, s.enabled, s.last_run_at AS "lastRunAt", w.status AS "workspaceStatus",
         a.id AS "agentId", a.status AS "agentStatus", s.project_id AS "projectId",
         p.archived_at IS NOT NULL AS "isProjectArchived", l.id AS "sessionId", l.activity_state AS "sessionState",
         l.first_signal_at IS NOT NULL AS "hasSessionStarted"
    FROM workspace_schedule s
    JOIN workspace w ON w.id = s.workspace_id
    LEFT JOIN agent a ON a.workspace_id = w.id AND a.status <> 'STOPPED'
    LEFT JOIN project p ON p.id = s.project_id
    LEFT JOIN session l ON l.id = s.last_session_id AND NOT l.is_terminated
                       AND l.agent_id = a.id AND l.project_id = s.project_id`;

/** Undefined when it has been deleted. */
export async function findSchedule(tx: Tx, scheduleId: string): Promise<ScheduleRow | undefined> {
  const [row] = await tx.$queryRaw<ScheduleRow[]>`${SCHEDULES} WHERE s.id = ${scheduleId}::uuid`;
  return row;
}
