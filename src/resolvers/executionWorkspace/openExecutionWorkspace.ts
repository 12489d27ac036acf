import { SharedWorkspaceOpenError } from '../../errors/errors.ts';
import { ExecutionWorkspaceMode } from '../../schema/executionWorkspace/enum.ts';
import { ExecutionWorkspace } from '../../schema/executionWorkspace/executionWorkspace.ts';
import {
  openExecutionWorkspace,
  openExecutionWorkspaceInput,
} from '../../services/executionWorkspace/openExecutionWorkspace.ts';
import { mutation } from '../kit/mutation.ts';

mutation('openExecutionWorkspace', {
  description: `Opens an execution workspace. With \`sessionId\`, the session works in it from then on, and leaves the one that it worked in before.

An ISOLATED_WORKSPACE without a \`workspacePath\` gets a checkout of its own: with a runtime, a background job has the runtime create it.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. INVALID_INPUT: the project is archived.
6. SHARED_WORKSPACE_OPEN

Allowed for OWNER, ADMIN and MEMBER.`,
  input: (t) => ({
    organizationId: t.idOf('Organization', {
      required: true,
      description: 'The organization that gets the execution workspace.',
    }),
    projectId: t.idOf('Project', {
      required: true,
      description: 'The project of the execution workspace.',
    }),
    sessionId: t.idOf('Session', {
      description:
        'The session that it is opened for, of the same project. Without one, sessions are spawned into it later.',
    }),
    name: t.string({
      required: true,
      description: 'The name of the execution workspace, 1 to 255 characters.',
    }),
    mode: t.field({
      type: ExecutionWorkspaceMode,
      required: true,
      description: 'The way in which sessions share the execution workspace.',
    }),
    branch: t.string({
      description: 'The branch to check out, 1 to 255 characters. By default, the branch of the session.',
    }),
    baseRef: t.string({
      description:
        'The branch that the work is merged into, 1 to 255 characters. By default, the default branch of the repository.',
    }),
    workspacePath: t.string({
      description:
        'The directory of a checkout that exists, 1 to 4,096 characters. Muster never removes it. No query returns it.',
    }),
  }),
  schema: openExecutionWorkspaceInput,
  errors: [SharedWorkspaceOpenError],
  act: openExecutionWorkspace,
  payload: (t) => ({
    executionWorkspace: t.exposeNode('executionWorkspaceId', {
      type: ExecutionWorkspace,
      description: 'The new execution workspace, ACTIVE.',
    }),
  }),
});
