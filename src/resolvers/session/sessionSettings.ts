import { id } from '../../globalId.ts';
import { builder } from '../../schema/index.ts';
import { COMMON_ERRORS } from '../../schema/kit/error.ts';
import { mutationInput, payload } from '../../schema/kit/mutation.ts';
import {
  type ChangedSession,
  renameSession,
  renameSessionInput,
  updateMergePolicy,
} from '../../services/session/sessionSettings.ts';
import { acting } from '../kit/act.ts';
import { sessionField } from './sessionField.ts';

const RenameSessionInput = mutationInput('RenameSessionInput', 'What `renameSession` takes.', (t) => ({
  sessionId: t.id({ required: true, description: 'The session to rename.' }),
  displayName: t.string({
    description:
      'What people are to call it, 1 to 20 characters; null takes the name away. It must be given, either way.',
  }),
}));

const RenameSessionPayload = payload<ChangedSession>(
  'RenameSessionPayload',
  'What `renameSession` answers.',
  (t) => ({ session: sessionField(t, 'The session under its new name.') }),
);

builder.mutationField('renameSession', (t) =>
  t.field({
    type: RenameSessionPayload,
    description: 'Gives a session another display name, or takes it away. An agent renames its own.',
    args: { input: t.arg({ type: RenameSessionInput, required: true, description: 'See its fields.' }) },
    errors: { types: COMMON_ERRORS, union: { description: 'What `renameSession` comes to.' } },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'renameSession',
        input,
        (act) => renameSession(act, { ...input, sessionId: id('Session', input.sessionId) }),
        renameSessionInput,
      ),
  }),
);

const UpdateMergePolicyInput = mutationInput(
  'UpdateMergePolicyInput',
  'What `updateMergePolicy` takes.',
  (t) => ({
    sessionId: t.id({ required: true, description: 'The session it is about.' }),
    terminateOnPrMerge: t.boolean({
      required: true,
      description:
        'Whether the session ends by itself once none of its pull requests is open and one was merged.',
    }),
  }),
);

const UpdateMergePolicyPayload = payload<ChangedSession>(
  'UpdateMergePolicyPayload',
  'What `updateMergePolicy` answers.',
  (t) => ({ session: sessionField(t, 'The session with its policy.') }),
);

builder.mutationField('updateMergePolicy', (t) =>
  t.field({
    type: UpdateMergePolicyPayload,
    description: `Says whether a merge ends a session.

It is the news that a pull request was merged or closed that ends a session, never the policy: turned on when all its pull requests have ended, it leaves the session alive until another one of them does. So a session that was restored after its merge lives, too.`,
    args: { input: t.arg({ type: UpdateMergePolicyInput, required: true, description: 'See its fields.' }) },
    errors: { types: COMMON_ERRORS, union: { description: 'What `updateMergePolicy` comes to.' } },
    resolve: (_root, { input }, context) =>
      acting(context, 'updateMergePolicy', input, (act) =>
        updateMergePolicy(act, { ...input, sessionId: id('Session', input.sessionId) }),
      ),
  }),
);
