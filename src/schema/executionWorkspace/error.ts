import {
  AlreadyClosedError,
  CloseBlockedError,
  ExecutionWorkspaceClosedError,
  NotClosedError,
  SharedWorkspaceOpenError,
  VersionConflictError,
} from '../../errors/errors.ts';
import { userError } from '../kit/userError.ts';
import { CloseReadiness } from './closeReadiness.ts';
import { ExecutionWorkspace } from './executionWorkspace.ts';

userError(ExecutionWorkspaceClosedError, {
  description:
    'the execution workspace is closed. No session can enter it, agents add no notes to it, and the sessions of an isolated one do no work.',
  fields: (t) => ({
    executionWorkspace: t.exposeNode('executionWorkspaceId', {
      type: ExecutionWorkspace,
      description: 'The closed execution workspace.',
    }),
  }),
});

userError(VersionConflictError, {
  description: 'the execution workspace has another version than the expected one.',
  fields: (t) => ({
    currentVersion: t.exposeInt('currentVersion', { description: 'The version that it has.' }),
  }),
});

userError(CloseBlockedError, {
  description: 'the execution workspace is not ready to be closed, or has warnings that were not accepted.',
  fields: (t) => ({
    readiness: t.expose('readiness', {
      type: CloseReadiness,
      description: 'What spoke against the close, at the moment of the attempt.',
    }),
  }),
});

userError(AlreadyClosedError, {
  description: 'the execution workspace is closed, and the mutation is for open ones or for failed cleanups.',
});

userError(NotClosedError, {
  description: 'the execution workspace is open, and the mutation is for closed ones.',
});

userError(SharedWorkspaceOpenError, {
  description: 'the project has an open execution workspace in the mode SHARED_WORKSPACE already.',
  fields: (t) => ({
    executionWorkspace: t.exposeNode('executionWorkspaceId', {
      type: ExecutionWorkspace,
      description: 'The open execution workspace.',
    }),
  }),
});
