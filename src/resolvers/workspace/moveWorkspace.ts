import {
  WorkspaceCycleError,
  WorkspaceNameTakenError,
  WorkspaceRemovedError,
  WorkspaceTooDeepError,
} from '../../errors/errors.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';
import { moveWorkspace } from '../../services/workspace/moveWorkspace.ts';
import { mutation } from '../kit/mutation.ts';

mutation('moveWorkspace', {
  description: `Moves a workspace, together with all workspaces below it, to another parent in the same organization. Agents keep their workspaces. A move to the current parent changes nothing. The feed delivers one WORKSPACE_MOVED.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. WORKSPACE_REMOVED: the workspace or the parent.
6. WORKSPACE_CYCLE
7. WORKSPACE_TOO_DEEP
8. WORKSPACE_NAME_TAKEN

Allowed for OWNER and ADMIN.`,
  input: (t) => ({
    workspaceId: t.idOf('Workspace', { required: true, description: 'The workspace to move.' }),
    parentId: t.idOf('Workspace', {
      description:
        'The new parent of the workspace. Null makes the workspace a root. Leaving the field out is INVALID_INPUT.',
    }),
  }),
  errors: [WorkspaceRemovedError, WorkspaceCycleError, WorkspaceNameTakenError, WorkspaceTooDeepError],
  act: moveWorkspace,
  payload: (t) => ({
    workspace: t.exposeNode('workspaceId', { type: Workspace, description: 'The moved workspace.' }),
  }),
});
