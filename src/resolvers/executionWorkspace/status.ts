import { AlreadyClosedError, VersionConflictError } from '../../errors/errors.ts';
import { ExecutionWorkspace } from '../../schema/executionWorkspace/executionWorkspace.ts';
import {
  idleExecutionWorkspace,
  requestExecutionWorkspaceReview,
} from '../../services/executionWorkspace/changeStatus.ts';
import { mutation } from '../kit/mutation.ts';
import { versionedInput } from './inputFields.ts';

const ERRORS = `The mutation returns the first error that applies, in this order: INVALID_INPUT, NOT_FOUND, FORBIDDEN, IDEMPOTENCY_CONFLICT, ALREADY_CLOSED, VERSION_CONFLICT.

Allowed for OWNER, ADMIN and MEMBER.`;

mutation('idleExecutionWorkspace', {
  description: `Marks an open execution workspace as IDLE. An IDLE one stays as it is. The next session that works in it makes it ACTIVE.

${ERRORS}`,
  input: (t) => versionedInput(t, 'The execution workspace to mark as IDLE.'),
  errors: [AlreadyClosedError, VersionConflictError],
  act: idleExecutionWorkspace,
  payload: (t) => ({
    executionWorkspace: t.exposeNode('executionWorkspaceId', {
      type: ExecutionWorkspace,
      description: 'The IDLE execution workspace.',
    }),
  }),
});

mutation('requestExecutionWorkspaceReview', {
  description: `Marks an open execution workspace as IN_REVIEW. One that is IN_REVIEW stays as it is. A session that is spawned into it makes it ACTIVE.

${ERRORS}`,
  input: (t) => versionedInput(t, 'The execution workspace whose work is to be reviewed.'),
  errors: [AlreadyClosedError, VersionConflictError],
  act: requestExecutionWorkspaceReview,
  payload: (t) => ({
    executionWorkspace: t.exposeNode('executionWorkspaceId', {
      type: ExecutionWorkspace,
      description: 'The execution workspace, IN_REVIEW.',
    }),
  }),
});
