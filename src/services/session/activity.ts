import { z } from 'zod';
import type { Session } from '../../../prisma/client/client.ts';
import { ActivityState } from '../../../prisma/client/enums.ts';
import { isOwnSession } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { SessionTerminatedError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { line, validate } from '../act/input.ts';
import { use } from '../executionWorkspace/useExecutionWorkspace.ts';
import { lockSession, visibleSession } from './session.ts';

export const reportActivityInput = z.object({
  state: z.enum(ActivityState),
  launchId: line(1, 255).nullish(),
});

const result = z.object({
  sessionId: z.guid(),
  /** Whether the report changed nothing, because it says nothing new. */
  ignored: z.boolean(),
});
export type Reported = z.output<typeof result>;

/**
 * Records a session's report of what it is doing. Any report counts as a sign of life.
 * @throws SessionTerminatedError
 * @throws ExecutionWorkspaceClosedError when it works in an isolated execution workspace that is closed
 */
export async function reportActivity(
  act: Act,
  { sessionId, ...input }: { sessionId: string } & z.input<typeof reportActivityInput>,
) {
  const report = validate(reportActivityInput, input);
  const visible = await visibleSession(act, sessionId);
  const { organizationId } = visible;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) =>
      authorize(viewer, 'session.reportActivity', organizationId, isOwnSession(viewer, visible)),
    queue: () => [sessionId],
    lock: (tx) => lockSession(tx, sessionId),
    async write(tx, { locked: session }) {
      if (session.isTerminated) throw new SessionTerminatedError();
      const ignored = !isNews(report, session);
      await use(tx, session, { isAtWork: report.state === 'ACTIVE' && !ignored });
      if (ignored) {
        if (isOfThisRun(report, session)) await hear(tx, sessionId);
        return { sessionId, ignored };
      }
      // The database's clock, because the search for silent sessions uses it. Read under the lock, so that it never goes
      // back.
      await tx.$executeRaw`
        UPDATE session
           SET activity_state = ${report.state}::activity_state, activity_last_at = clock_timestamp(),
               first_signal_at = coalesce(first_signal_at, clock_timestamp()), last_heard_at = clock_timestamp(),
               no_signal_at = NULL, severe_silence_at = NULL
         WHERE id = ${sessionId}::uuid`;
      return { sessionId, ignored };
    },
  });
}

type Report = z.output<typeof reportActivityInput>;
type Run = Pick<Session, 'activityState' | 'launchId'>;

/** Notes a report that says nothing new. */
async function hear(tx: Tx, sessionId: string): Promise<void> {
  await tx.$executeRaw`UPDATE session SET last_heard_at = clock_timestamp() WHERE id = ${sessionId}::uuid`;
}

/** A report of an earlier launch is out of date, and so is one that arrives after the process has said that it ends. */
function isOfThisRun({ launchId }: Report, session: Run): boolean {
  return (
    (launchId == null || launchId.toLowerCase() === session.launchId) && session.activityState !== 'EXITED'
  );
}

/** Whether a report says anything new. IDLE is no news of a session that waits for a person: it idles while it waits. */
function isNews(report: Report, session: Run): boolean {
  if (!isOfThisRun(report, session)) return false;
  return report.state !== 'IDLE' || !NEEDS_A_PERSON.includes(session.activityState);
}

const NEEDS_A_PERSON: readonly ActivityState[] = ['WAITING_INPUT', 'BLOCKED'];
