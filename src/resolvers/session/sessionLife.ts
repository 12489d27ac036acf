import { AgentNotRunningError, SessionNotRestorableError } from '../../errors.ts';
import { Session } from '../../schema/session/session.ts';
import { restoreSession, terminateSession } from '../../services/session/sessionLife.ts';
import { mutation } from '../kit/mutation.ts';

mutation('terminateSession', {
  description:
    'Ends a session. It keeps its pull requests until others claim them, which then needs no takeover. Twice is a no-op.',
  input: (t) => ({
    sessionId: t.idOf('Session', { required: true, description: 'The session to end.' }),
  }),
  act: terminateSession,
  payload: (t) => ({
    session: t.exposeNode('sessionId', { type: Session, description: 'The ended session.' }),
  }),
});

mutation('restoreSession', {
  description: `Has a terminated session live again: idle, under a new \`launchId\`, with nothing heard of it yet. Its pull requests stay as they are: those that others claimed since are theirs, and those that it still holds are its own, merged ones among them.

Of several reasons to refuse, the first in this order is given: INVALID_INPUT, NOT_FOUND, FORBIDDEN, IDEMPOTENCY_CONFLICT, SESSION_NOT_RESTORABLE (it has not ended, or its project is archived), AGENT_NOT_RUNNING.`,
  input: (t) => ({
    sessionId: t.idOf('Session', { required: true, description: 'The session that is to live again.' }),
  }),
  errors: [SessionNotRestorableError, AgentNotRunningError],
  act: restoreSession,
  payload: (t) => ({
    session: t.exposeNode('sessionId', {
      type: Session,
      description: 'The session, idle and launched anew.',
    }),
  }),
});
