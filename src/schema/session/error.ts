import { brandWithType } from '@pothos/core';
import type { UserError } from '../../errors/errors.ts';
import {
  OrchestratorRunningError,
  SessionNotClaimableError,
  SessionNotRestorableError,
  SessionNoWorkspaceError,
  SessionTerminatedError,
  SpawnRolledBackError,
} from '../../errors/errors.ts';
import { UserErrorInterface, userError } from '../kit/userError.ts';
import { Session } from './session.ts';

userError(SessionTerminatedError, {
  description: 'the session is terminated.',
});

userError(OrchestratorRunningError, {
  description: 'the project has a live orchestrator, and a project has at most one.',
  fields: (t) => ({
    session: t.exposeNode('sessionId', { type: Session, description: 'The live orchestrator.' }),
  }),
});

userError(SessionNotRestorableError, {
  description: 'the session is not terminated, or its project is archived.',
});

userError(SessionNotClaimableError, {
  description:
    'the session is an orchestrator or belongs to a scratch project, and cannot claim pull requests.',
});

userError(SessionNoWorkspaceError, {
  description: 'the session has no workspace.',
});

userError(SpawnRolledBackError, {
  description:
    'the claim of `spawnSession` was refused, so the session was not created. The message names the pull request, the session and the cause.',
  fields: (t) => ({
    cause: t.field({
      type: UserErrorInterface,
      description: 'The error that refused the claim: one of the errors of `claimPR`, with its fields.',
      resolve: ({ cause }) => asValue(cause),
    }),
    pr: t.exposeString('pr', { description: 'The reference to the pull request, as written in the input.' }),
    sessionId: t.exposeID('sessionId', {
      description: 'The global id that the session would have had. No object has this id.',
    }),
  }),
});

/** Copies an error into a plain object: a resolver that returns an `Error` makes graphql-js throw it. */
function asValue(error: UserError): Pick<UserError, 'code' | 'message'> {
  const value = { ...error, code: error.code, message: error.message };
  brandWithType(value, error.constructor.name as never);
  return value;
}
