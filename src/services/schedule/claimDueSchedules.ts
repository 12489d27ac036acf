/** Finds schedules that are due. Each due time is claimed once, by the process that moves the schedule on to its next. */
import type { ScheduleOutcome, ScheduleReason } from '../../../prisma/client/enums.ts';
import type { Tx } from '../../database/db.ts';
import { type JobOutcome, type JobRun, transactFor } from '../port/job.ts';
import { SCHEDULES, type ScheduleRow } from './schedule.ts';
import { skipReason } from './scheduleRule.ts';
import { rememberedNextRuns } from './times.ts';

const PAGE_SCHEDULES = 500;

type Claim = {
  id: string;
  /** Null when the schedule is never due again. */
  nextRunAt: Date | null;
  /** Null when a job is to spawn or resume a session. */
  outcome: ScheduleOutcome | null;
  reason: ScheduleReason | null;
};

/**
 * Claims every due schedule, those of a removed workspace excepted: they are disabled. A run that is to be skipped is
 * recorded at once, a job does each other one. A schedule whose due times have passed unnoticed runs once.
 */
export async function claimDueSchedules(run: JobRun): Promise<JobOutcome> {
  let claimed = 0;
  while (!run.signal.aborted) {
    const page = await transactFor(run, (tx) => claimPage(tx, run));
    claimed += page;
    if (page < PAGE_SCHEDULES) break;
  }
  return { claimed };
}

async function claimPage(tx: Tx, { jobs }: JobRun): Promise<number> {
  // A locked schedule is being claimed, changed or removed: the next run looks at it again.
  const due = await tx.$queryRaw<(ScheduleRow & { now: Date })[]>`
    SELECT due.*, now() FROM (
      ${SCHEDULES} WHERE s.enabled AND s.next_run_at <= now()
       ORDER BY s.next_run_at LIMIT ${PAGE_SCHEDULES} FOR NO KEY UPDATE OF s SKIP LOCKED
    ) due`;
  const [first] = due;
  if (!first) return 0;
  const nextRunOf = rememberedNextRuns(first.now);
  const claims = due.map((schedule) => claimOf(schedule, nextRunOf(schedule)));
  await tx.$executeRaw`
    UPDATE workspace_schedule s
       SET next_run_at = c."nextRunAt", enabled = c.reason IS DISTINCT FROM 'INVALID_TIMES',
           last_run_at = CASE WHEN c.outcome IS NULL THEN s.last_run_at ELSE now() END,
           last_outcome = coalesce(c.outcome, s.last_outcome),
           last_reason = CASE WHEN c.outcome IS NULL THEN s.last_reason ELSE c.reason END
      FROM jsonb_to_recordset(${JSON.stringify(claims)}::jsonb) AS c(
        id uuid, "nextRunAt" timestamptz, outcome schedule_outcome, reason schedule_reason
      )
     WHERE s.id = c.id`;
  await jobs.enqueueAll(
    tx,
    'schedule.run',
    claims
      .filter(({ outcome }) => outcome === null)
      .map(({ id }) => ({ scheduleId: id, claimedAt: first.now.toISOString() })),
  );
  return due.length;
}

function claimOf(schedule: ScheduleRow, next: Date | null | undefined): Claim {
  const { id } = schedule;
  // Another program wrote times that cannot be read. They must not keep the other schedules from running.
  if (next === undefined) return { id, nextRunAt: null, outcome: 'FAILED', reason: 'INVALID_TIMES' };
  const reason = skipReason(schedule) ?? null;
  return { id, nextRunAt: next, outcome: reason && 'SKIPPED', reason };
}
