import { AgentNotRunningError, SessionNotRestorableError } from '../../errors.ts';
import { id } from '../../globalId.ts';
import { builder } from '../../schema/index.ts';
import { COMMON_ERRORS } from '../../schema/kit/error.ts';
import { mutationInput, payload } from '../../schema/kit/mutation.ts';
import {
  type EndedOrRestored,
  restoreSession,
  terminateSession,
} from '../../services/session/sessionLife.ts';
import { acting } from '../kit/act.ts';
import { sessionField } from './sessionField.ts';

const TerminateSessionInput = mutationInput(
  'TerminateSessionInput',
  'What `terminateSession` takes.',
  (t) => ({
    sessionId: t.id({ required: true, description: 'The session to end.' }),
  }),
);

const TerminateSessionPayload = payload<EndedOrRestored>(
  'TerminateSessionPayload',
  'What `terminateSession` answers.',
  (t) => ({ session: sessionField(t, 'The ended session.') }),
);

builder.mutationField('terminateSession', (t) =>
  t.field({
    type: TerminateSessionPayload,
    description:
      'Ends a session. It keeps its pull requests until others claim them, which then needs no takeover. Twice is a no-op.',
    args: { input: t.arg({ type: TerminateSessionInput, required: true, description: 'See its fields.' }) },
    errors: { types: COMMON_ERRORS, union: { description: 'What `terminateSession` comes to.' } },
    resolve: (_root, { input }, context) =>
      acting(context, 'terminateSession', input, (act) =>
        terminateSession(act, {
          sessionId: id('Session', input.sessionId),
        }),
      ),
  }),
);

const RestoreSessionInput = mutationInput('RestoreSessionInput', 'What `restoreSession` takes.', (t) => ({
  sessionId: t.id({ required: true, description: 'The session that is to live again.' }),
}));

const RestoreSessionPayload = payload<EndedOrRestored>(
  'RestoreSessionPayload',
  'What `restoreSession` answers.',
  (t) => ({ session: sessionField(t, 'The session, idle and launched anew.') }),
);

builder.mutationField('restoreSession', (t) =>
  t.field({
    type: RestoreSessionPayload,
    description: `Has a terminated session live again: idle, under a new \`launchId\`, with nothing heard of it yet. Its pull requests stay as they are: those that others claimed since are theirs, and those that it still holds are its own, merged ones among them.

Of several reasons to refuse, the first in this order is given: INVALID_INPUT, NOT_FOUND, FORBIDDEN, IDEMPOTENCY_CONFLICT, SESSION_NOT_RESTORABLE (it has not ended, or its project is archived), AGENT_NOT_RUNNING.`,
    args: { input: t.arg({ type: RestoreSessionInput, required: true, description: 'See its fields.' }) },
    errors: {
      types: [...COMMON_ERRORS, SessionNotRestorableError, AgentNotRunningError],
      union: { description: 'What `restoreSession` comes to.' },
    },
    resolve: (_root, { input }, context) =>
      acting(context, 'restoreSession', input, (act) =>
        restoreSession(act, { sessionId: id('Session', input.sessionId) }),
      ),
  }),
);
