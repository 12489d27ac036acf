import { Session } from '../../schema/session/session.ts';
import {
  renameSession,
  renameSessionInput,
  updateMergePolicy,
} from '../../services/session/sessionSettings.ts';
import { mutation } from '../kit/mutation.ts';

mutation('renameSession', {
  description:
    'Sets or clears the display name of a session. Allowed for OWNER, ADMIN and MEMBER, and for an agent on its own sessions.',
  input: (t) => ({
    sessionId: t.idOf('Session', { required: true, description: 'The session to rename.' }),
    displayName: t.string({
      description:
        'The new display name, 1 to 20 characters. Null clears the display name. Leaving the field out is INVALID_INPUT.',
    }),
  }),
  schema: renameSessionInput,
  act: renameSession,
  payload: (t) => ({
    session: t.exposeNode('sessionId', {
      type: Session,
      description: 'The session with its new display name.',
    }),
  }),
});

mutation('updateMergePolicy', {
  description: `Sets whether a merge terminates a session.

A session is terminated by the recording of a merge or a close, not by this setting. Turning the policy on after all pull requests of the session were merged or closed leaves the session live until another one is merged or closed. A session that was restored after its merge stays live for the same reason.

Allowed for OWNER, ADMIN and MEMBER.`,
  input: (t) => ({
    sessionId: t.idOf('Session', { required: true, description: 'The session whose policy changes.' }),
    terminateOnPrMerge: t.boolean({
      required: true,
      description:
        'Whether the session is terminated once none of its pull requests is open and at least one was merged.',
    }),
  }),
  act: updateMergePolicy,
  payload: (t) => ({
    session: t.exposeNode('sessionId', { type: Session, description: 'The session with its new policy.' }),
  }),
});
