import {
  AgentNotRunningError,
  OrchestratorRunningError,
  SessionNotRestorableError,
} from '../../errors/errors.ts';
import { Session } from '../../schema/session/session.ts';
import { restoreSession, terminateSession } from '../../services/session/sessionLife.ts';
import { mutation } from '../kit/mutation.ts';

mutation('terminateSession', {
  description:
    'Terminates a session. The session keeps its pull requests, which other sessions can then claim without a takeover. Terminating a terminated session changes nothing. Allowed for OWNER, ADMIN and MEMBER.',
  input: (t) => ({
    sessionId: t.idOf('Session', { required: true, description: 'The session to terminate.' }),
  }),
  act: terminateSession,
  payload: (t) => ({
    session: t.exposeNode('sessionId', { type: Session, description: 'The terminated session.' }),
  }),
});

mutation('restoreSession', {
  description: `Restores a terminated session. The session is IDLE, has a new \`launchId\`, and has no first signal yet. It holds the pull requests that no other session claimed in the meantime, including merged ones.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. SESSION_NOT_RESTORABLE: the session is not terminated, or its project is archived.
6. AGENT_NOT_RUNNING
7. ORCHESTRATOR_RUNNING: the session is an orchestrator, and its project has another one that is not terminated.

Allowed for OWNER, ADMIN and MEMBER.`,
  input: (t) => ({
    sessionId: t.idOf('Session', { required: true, description: 'The terminated session to restore.' }),
  }),
  errors: [SessionNotRestorableError, AgentNotRunningError, OrchestratorRunningError],
  act: restoreSession,
  payload: (t) => ({
    session: t.exposeNode('sessionId', {
      type: Session,
      description: 'The restored session.',
    }),
  }),
});
