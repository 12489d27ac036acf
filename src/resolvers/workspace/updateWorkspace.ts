import { WorkspaceNameTakenError, WorkspaceRemovedError } from '../../errors/errors.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';
import { updateWorkspace, updateWorkspaceInput } from '../../services/workspace/updateWorkspace.ts';
import { mutation } from '../kit/mutation.ts';
import { workspaceInputFields } from './inputFields.ts';

mutation('updateWorkspace', {
  description: `Changes a workspace. Fields that are left out do not change. Null resets a field to its default, except \`name\`, which it does not change. A running container is not restarted.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. WORKSPACE_REMOVED
6. WORKSPACE_NAME_TAKEN

Allowed for OWNER and ADMIN.`,
  input: (t) => ({
    workspaceId: t.idOf('Workspace', { required: true, description: 'The workspace to change.' }),
    name: t.string({
      description:
        'The new name of the workspace, one line of 1 to 255 characters, unique among the live workspaces below the same parent.',
    }),
    ...workspaceInputFields(t),
  }),
  schema: updateWorkspaceInput,
  errors: [WorkspaceRemovedError, WorkspaceNameTakenError],
  act: updateWorkspace,
  payload: (t) => ({
    workspace: t.exposeNode('workspaceId', { type: Workspace, description: 'The changed workspace.' }),
  }),
});
