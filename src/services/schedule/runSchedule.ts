/** Runs a schedule that was due: its prompt goes to a session of the agent that works in its workspace. */
import type { ScheduleOutcome, ScheduleReason } from '../../../prisma/client/enums.ts';
import type { Tx } from '../../database/db.ts';
import { holdAgent } from '../agent/agent.ts';
import { type JobOutcome, type JobRun, transactFor } from '../port/job.ts';
import { lockProject } from '../project/project.ts';
import { allotWorkspacePath, relaunchSession } from '../session/launch.ts';
import { lockSessions } from '../session/session.ts';
import { sessionDisplayName } from '../session/sessionSettings.ts';
import { findSchedule, type ScheduleRow } from './schedule.ts';
import { skipReason } from './scheduleRule.ts';

/** `claimedAt` identifies the run: each run of a schedule has a later one. */
export type ScheduleRun = { scheduleId: string; claimedAt: Date };

type Recorded = { outcome: ScheduleOutcome; reason?: ScheduleReason; sessionId?: string };

/** Spawns or resumes a session, or records why not. A repeated attempt changes nothing. */
export async function runSchedule(run: JobRun, which: ScheduleRun): Promise<JobOutcome> {
  try {
    return await transactFor(run, (tx) => runOnce(tx, which));
  } catch (error) {
    if (run.isLast && !run.signal.aborted) {
      const failure: Recorded = { outcome: 'FAILED', reason: 'START_FAILED' };
      await transactFor(run, (tx) => record(tx, which, failure)).catch((err) =>
        run.log.warn({ err, scheduleId: which.scheduleId }, 'jobs: a failed run could not be recorded'),
      );
    }
    throw error;
  }
}

async function runOnce(tx: Tx, which: ScheduleRun): Promise<JobOutcome> {
  const seen = await findSchedule(tx, which.scheduleId);
  if (!seen) return { outcome: 'The schedule is deleted.' };
  const project = await lockRun(tx, seen);
  const schedule = await findSchedule(tx, which.scheduleId);
  if (!schedule) return { outcome: 'The schedule is deleted.' };
  if (schedule.lastRunAt && schedule.lastRunAt >= which.claimedAt) {
    return { outcome: 'This run, or a later one, has been recorded.' };
  }
  const reason = skipReason(schedule);
  if (reason) {
    await record(tx, which, { outcome: 'SKIPPED', reason });
    return { outcome: 'SKIPPED', reason };
  }
  const { agentId, sessionId } = schedule;
  if (!project || !isSame(seen, schedule)) throw new Error('The schedule changed before it was locked.');
  if (sessionId !== null) {
    await relaunchSession(tx, sessionId, schedule.prompt);
    await record(tx, which, { outcome: 'RESUMED', sessionId });
    return { outcome: 'RESUMED', sessionId };
  }
  const spawned = await tx.session.create({
    data: {
      organizationId: schedule.organizationId,
      projectId: project.id,
      agentId,
      prompt: schedule.prompt,
      displayName: sessionDisplayName.safeParse(schedule.name).data ?? null,
      workspacePath: allotWorkspacePath(project.slug),
    },
  });
  await record(tx, which, { outcome: 'SPAWNED', sessionId: spawned.id });
  return { outcome: 'SPAWNED', sessionId: spawned.id };
}

/** Locks what decides about the run, in the order that holds everywhere: a removal locks agents before workspaces. */
async function lockRun(tx: Tx, { id, workspaceId, agentId, projectId, sessionId }: ScheduleRow) {
  if (agentId !== null) await holdAgent(tx, agentId);
  const project = projectId === null ? null : await lockProject(tx, projectId);
  if (sessionId !== null) await lockSessions(tx, [sessionId]);
  await tx.$queryRaw`SELECT FROM workspace WHERE id = ${workspaceId}::uuid FOR SHARE`;
  await tx.$queryRaw`SELECT FROM workspace_schedule WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  return project;
}

/** Whether what was locked is still what the schedule refers to. */
function isSame(seen: ScheduleRow, locked: ScheduleRow): boolean {
  return (
    seen.agentId === locked.agentId &&
    seen.projectId === locked.projectId &&
    seen.sessionId === locked.sessionId
  );
}

async function record(
  tx: Tx,
  { scheduleId, claimedAt }: ScheduleRun,
  { outcome, reason, sessionId }: Recorded,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE workspace_schedule
       SET last_run_at = ${claimedAt}::timestamptz, last_outcome = ${outcome}::schedule_outcome,
           last_reason = ${reason ?? null}::schedule_reason,
           last_session_id = coalesce(${sessionId ?? null}::uuid, last_session_id)
     WHERE id = ${scheduleId}::uuid AND (last_run_at IS NULL OR last_run_at < ${claimedAt}::timestamptz)`;
}
