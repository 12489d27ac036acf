import { brandWithType } from '@pothos/core';
import type { UserError } from '../../errors.ts';
import {
  SessionNotClaimableError,
  SessionNotRestorableError,
  SessionNoWorkspaceError,
  SessionTerminatedError,
  SpawnRolledBackError,
} from '../../errors.ts';
import { UserErrorInterface, userError } from '../kit/userError.ts';

userError(SessionTerminatedError, {
  description: 'the session has ended.',
});

userError(SessionNotRestorableError, {
  description: 'the session has not ended, or its project is archived.',
});

userError(SessionNotClaimableError, {
  description: 'an orchestrator, or a session of a scratch project, claims no pull requests.',
});

userError(SessionNoWorkspaceError, {
  description: 'the session has no workspace to work in.',
});

userError(SpawnRolledBackError, {
  description:
    'the pull request that the session was to begin with could not be claimed, so there is no session. The message names the pull request, the session and the cause.',
  fields: (t) => ({
    cause: t.field({
      type: UserErrorInterface,
      description: 'What the claim was refused with: one of the errors of `claimPR`, with its fields.',
      resolve: ({ cause }) => asValue(cause),
    }),
    pr: t.exposeString('pr', { description: 'The pull request, as it was referred to.' }),
    sessionId: t.exposeID('sessionId', {
      description: 'The global id that the session would have had. It names nothing.',
    }),
  }),
});

/** An error as the value of a field, where one that is an `Error` would be thrown. */
function asValue(error: UserError): Pick<UserError, 'code' | 'message'> {
  const value = { ...error, code: error.code, message: error.message };
  brandWithType(value, error.constructor.name as never);
  return value;
}
