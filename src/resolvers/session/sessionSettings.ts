import { Session } from '../../schema/session/session.ts';
import {
  renameSession,
  renameSessionInput,
  updateMergePolicy,
} from '../../services/session/sessionSettings.ts';
import { mutation } from '../kit/mutation.ts';

mutation('renameSession', {
  description: 'Gives a session another display name, or takes it away. An agent renames its own.',
  input: (t) => ({
    sessionId: t.idOf('Session', { required: true, description: 'The session to rename.' }),
    displayName: t.string({
      description:
        'What people are to call it, 1 to 20 characters; null takes the name away. It must be given, either way.',
    }),
  }),
  schema: renameSessionInput,
  act: renameSession,
  payload: (t) => ({
    session: t.exposeNode('sessionId', { type: Session, description: 'The session under its new name.' }),
  }),
});

mutation('updateMergePolicy', {
  description: `Says whether a merge ends a session.

It is the news that a pull request was merged or closed that ends a session, never the policy: turned on when all its pull requests have ended, it leaves the session alive until another one of them does. So a session that was restored after its merge lives, too.`,
  input: (t) => ({
    sessionId: t.idOf('Session', { required: true, description: 'The session it is about.' }),
    terminateOnPrMerge: t.boolean({
      required: true,
      description:
        'Whether the session ends by itself once none of its pull requests is open and one was merged.',
    }),
  }),
  act: updateMergePolicy,
  payload: (t) => ({
    session: t.exposeNode('sessionId', { type: Session, description: 'The session with its policy.' }),
  }),
});
