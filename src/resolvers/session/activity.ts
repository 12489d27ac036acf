import { SessionTerminatedError } from '../../errors.ts';
import { ActivityState } from '../../schema/session/enum.ts';
import { Session } from '../../schema/session/session.ts';
import { reportActivity, reportActivityInput } from '../../services/session/activity.ts';
import { mutation } from '../kit/mutation.ts';

mutation('reportActivity', {
  description: `Records what a session is doing, as its process tells it: an agent of its own sessions, OWNER and ADMIN of any, MEMBER of those without an agent.

WAITING_INPUT and BLOCKED stay until there is ACTIVE, EXITED, or the other of the two: that a session idles while it waits for a person is no news. EXITED says that its process has gone; the session lives on. The first report after a spawn or a restore is its first signal. A report of the state there is already moves only the time of the last one, and is not heard.

Of several reasons to refuse, the first in this order is given: INVALID_INPUT, NOT_FOUND, FORBIDDEN, IDEMPOTENCY_CONFLICT, SESSION_TERMINATED.`,
  input: (t) => ({
    sessionId: t.idOf('Session', { required: true, description: 'The session whose process reports.' }),
    state: t.field({ type: ActivityState, required: true, description: 'What it is doing.' }),
    launchId: t.string({
      description:
        'The `launchId` under which the process was launched. When the session was launched anew since, the report is ignored. Left out, it is taken for one of the present launch.',
    }),
  }),
  schema: reportActivityInput,
  errors: [SessionTerminatedError],
  act: reportActivity,
  payload: (t) => ({
    session: t.exposeNode('sessionId', { type: Session, description: 'The session.' }),
    ignored: t.exposeBoolean('ignored', {
      description:
        'Whether the report changed nothing because it says nothing of the session as it is: it came from an earlier launch, or said IDLE of a session that waits for a person.',
    }),
  }),
});
