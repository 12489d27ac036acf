import { ExecutionWorkspaceClosedError, SessionTerminatedError } from '../../errors/errors.ts';
import { ActivityState } from '../../schema/session/enum.ts';
import { Session } from '../../schema/session/session.ts';
import { reportActivity, reportActivityInput } from '../../services/session/activity.ts';
import { mutation } from '../kit/mutation.ts';

mutation('reportActivity', {
  description: `Records what a session is doing, as reported by its process.

- After WAITING_INPUT or BLOCKED, an IDLE report is ignored, because a session also idles while it waits for a person. ACTIVE, EXITED and the other of the two states replace it.
- EXITED says that the session's process has ended. The session stays live. Every later report of the same launch is ignored, so that a delayed report does not revive the session. A new launch, such as that of \`restoreSession\`, accepts reports again.
- The first report after a spawn or a restore is the session's first signal.
- A report of the current state updates only \`activityLastAt\` and makes no change in the feed.
- An ACTIVE report makes the session's execution workspace ACTIVE when it is IDLE.

The mutation returns the first error that applies, in this order: INVALID_INPUT, NOT_FOUND, FORBIDDEN, IDEMPOTENCY_CONFLICT, SESSION_TERMINATED, EXECUTION_WORKSPACE_CLOSED (the session works in an isolated execution workspace that is closed).

Allowed for OWNER and ADMIN, for a MEMBER on sessions without an agent, and for an agent on its own sessions.`,
  input: (t) => ({
    sessionId: t.idOf('Session', { required: true, description: 'The session whose process reports.' }),
    state: t.field({
      type: ActivityState,
      required: true,
      description: 'The activity that the process reports.',
    }),
    launchId: t.string({
      description:
        'The `launchId` that the process was launched with. A report from an earlier launch is ignored. Without a `launchId`, the report counts as one of the current launch, so it is ignored after EXITED.',
    }),
  }),
  schema: reportActivityInput,
  errors: [SessionTerminatedError, ExecutionWorkspaceClosedError],
  act: reportActivity,
  payload: (t) => ({
    session: t.exposeNode('sessionId', { type: Session, description: 'The session after the report.' }),
    ignored: t.exposeBoolean('ignored', {
      description:
        'Whether the report changed nothing. A report is ignored when it comes from an earlier launch, when its launch has reported EXITED, or when it says IDLE while the session waits for a person.',
    }),
  }),
});
