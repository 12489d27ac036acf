/** What sessions say they are doing. */
import { z } from 'zod';
import type { Session } from '../../../prisma/client/client.ts';
import { ActivityState } from '../../../prisma/client/enums.ts';
import { isOwnSession } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import { SessionTerminatedError } from '../../errors.ts';
import { type Act, perform } from '../act/act.ts';
import { text, validate } from '../act/input.ts';
import { lockSession, visibleSession } from './session.ts';

export const reportActivityInput = z.object({
  state: z.enum(ActivityState),
  launchId: text(1, 255).nullish(),
});

type Reported = {
  sessionId: string;
  /** Whether the report changed nothing, and was not meant to. */
  ignored: boolean;
};

/**
 * Records what a session says it is doing: a signal that it lives, whatever it says.
 * @throws SessionTerminatedError
 */
export async function reportActivity(
  act: Act,
  { sessionId, ...input }: { sessionId: string } & z.input<typeof reportActivityInput>,
) {
  const report = validate(reportActivityInput, input);
  const visible = await visibleSession(act, sessionId);
  const { organizationId } = visible;
  return await perform<Reported, Session>(act, {
    organizationId,
    may: (viewer) =>
      authorize(viewer, 'session.reportActivity', organizationId, isOwnSession(viewer, visible)),
    lock: (tx) => lockSession(tx, sessionId),
    async work(tx, session) {
      if (session.isTerminated) throw new SessionTerminatedError();
      if (!isNews(report, session)) return { sessionId, ignored: true };
      // By the clock of the database, as those who look for silence go by it; and under the lock, so that it never goes back.
      await tx.$executeRaw`
        UPDATE session
           SET activity_state = ${report.state}::activity_state, activity_last_at = clock_timestamp(),
               first_signal_at = coalesce(first_signal_at, clock_timestamp()), no_signal_at = NULL
         WHERE id = ${sessionId}::uuid`;
      return { sessionId, ignored: false };
    },
  });
}

/**
 * Whether a report says anything of the session as it is. A process that was launched before the present one speaks of
 * the past. And one that waits for a person idles meanwhile: that it does so is no sign that the person came.
 */
function isNews(
  { state, launchId }: z.output<typeof reportActivityInput>,
  session: Pick<Session, 'activityState' | 'launchId'>,
): boolean {
  if (launchId != null && launchId.toLowerCase() !== session.launchId) return false;
  return state !== 'IDLE' || !NEEDS_A_PERSON.includes(session.activityState);
}

const NEEDS_A_PERSON: readonly ActivityState[] = ['WAITING_INPUT', 'BLOCKED'];
