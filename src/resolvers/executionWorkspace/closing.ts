import {
  AlreadyClosedError,
  CloseBlockedError,
  NotClosedError,
  SharedWorkspaceOpenError,
  VersionConflictError,
} from '../../errors/errors.ts';
import { ExecutionWorkspace } from '../../schema/executionWorkspace/executionWorkspace.ts';
import { closeExecutionWorkspace } from '../../services/executionWorkspace/closeExecutionWorkspace.ts';
import { reopenExecutionWorkspace } from '../../services/executionWorkspace/reopenExecutionWorkspace.ts';
import { retryExecutionWorkspaceCleanup } from '../../services/executionWorkspace/retryCleanup.ts';
import { mutation } from '../kit/mutation.ts';
import { versionedInput } from './inputFields.ts';

const ALLOWED = 'Allowed for OWNER, ADMIN and MEMBER.';

mutation('closeExecutionWorkspace', {
  description: `Closes an execution workspace. The mutation waits neither for sessions nor for the cleanup: a live session in it is CLOSE_BLOCKED, and a background job cleans up.

The cleanup removes only a checkout that the runtime created for the execution workspace. It first saves uncommitted work to a branch. Branches are never removed.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. ALREADY_CLOSED
6. VERSION_CONFLICT
7. CLOSE_BLOCKED: a session is live, or there are warnings and \`acceptWarnings\` is false.

${ALLOWED}`,
  input: (t) => ({
    ...versionedInput(t, 'The execution workspace to close.'),
    acceptWarnings: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Whether to close it in spite of warnings.',
    }),
  }),
  errors: [AlreadyClosedError, VersionConflictError, CloseBlockedError],
  act: closeExecutionWorkspace,
  payload: (t) => ({
    executionWorkspace: t.exposeNode('executionWorkspaceId', {
      type: ExecutionWorkspace,
      description: 'The closed execution workspace, ARCHIVED.',
    }),
  }),
});

mutation('reopenExecutionWorkspace', {
  description: `Reopens a closed execution workspace. It is ACTIVE and has the next \`generation\`; \`closedAt\` and what a cleanup left are cleared. The outcome of a cleanup that is still running is ignored. When a cleanup has begun to remove the checkout, the runtime creates another one.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. NOT_CLOSED
6. VERSION_CONFLICT
7. INVALID_INPUT: the project is archived.
8. SHARED_WORKSPACE_OPEN

${ALLOWED}`,
  input: (t) => versionedInput(t, 'The execution workspace to reopen.'),
  errors: [NotClosedError, VersionConflictError, SharedWorkspaceOpenError],
  act: reopenExecutionWorkspace,
  payload: (t) => ({
    executionWorkspace: t.exposeNode('executionWorkspaceId', {
      type: ExecutionWorkspace,
      description: 'The open execution workspace, ACTIVE.',
    }),
  }),
});

mutation('retryExecutionWorkspaceCleanup', {
  description: `Retries the failed cleanup of a closed execution workspace, in every mode. It is ARCHIVED until the cleanup fails again. Where the runtime created no checkout, there is nothing to clean up.

The mutation returns the first error that applies, in this order: INVALID_INPUT, NOT_FOUND, FORBIDDEN, IDEMPOTENCY_CONFLICT, NOT_CLOSED, ALREADY_CLOSED (it is closed, and its cleanup has not failed), VERSION_CONFLICT.

${ALLOWED}`,
  input: (t) => versionedInput(t, 'The execution workspace whose cleanup failed.'),
  errors: [NotClosedError, AlreadyClosedError, VersionConflictError],
  act: retryExecutionWorkspaceCleanup,
  payload: (t) => ({
    executionWorkspace: t.exposeNode('executionWorkspaceId', {
      type: ExecutionWorkspace,
      description: 'The closed execution workspace, ARCHIVED.',
    }),
  }),
});
