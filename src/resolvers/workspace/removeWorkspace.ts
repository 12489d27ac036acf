import { ConfirmationRequiredError, WorkspaceRemovedError } from '../../errors/errors.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';
import { removeWorkspace, removeWorkspaceInput } from '../../services/workspace/removeWorkspace.ts';
import { mutation } from '../kit/mutation.ts';

mutation('removeWorkspace', {
  description: `Removes a workspace and all workspaces below it. A removed workspace cannot be restored.

The same transaction disables the schedules of the workspaces and offboards their agents, as \`offboardAgent\` does. The feed delivers one WORKSPACE_REMOVED for each workspace, children before their parents, and then the changes of the agents. Jobs stop and remove the containers afterwards; the mutation does not wait for them.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. WORKSPACE_REMOVED
6. CONFIRMATION_REQUIRED: \`confirmName\` is missing or is not the name of the workspace.

Allowed for OWNER and ADMIN.`,
  input: (t) => ({
    workspaceId: t.idOf('Workspace', { required: true, description: 'The workspace to remove.' }),
    confirmName: t.string({
      description:
        'The exact name of the workspace, as a confirmation. A missing or other name is CONFIRMATION_REQUIRED.',
    }),
  }),
  schema: removeWorkspaceInput,
  errors: [WorkspaceRemovedError, ConfirmationRequiredError],
  act: removeWorkspace,
  payload: (t) => ({
    workspace: t.exposeNode('workspaceId', { type: Workspace, description: 'The removed workspace.' }),
    removedCount: t.exposeInt('removedCount', {
      description: 'The number of removed workspaces, including the workspace itself.',
    }),
    offboardedAgentCount: t.exposeInt('offboardedAgentCount', {
      description: 'The number of offboarded agents.',
    }),
  }),
});
