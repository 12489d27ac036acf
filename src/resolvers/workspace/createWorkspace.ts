import {
  WorkspaceNameTakenError,
  WorkspaceRemovedError,
  WorkspaceTooDeepError,
} from '../../errors/errors.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';
import { createWorkspace, createWorkspaceInput } from '../../services/workspace/createWorkspace.ts';
import { mutation } from '../kit/mutation.ts';
import { workspaceInputFields } from './inputFields.ts';

mutation('createWorkspace', {
  description: `Creates a vacant workspace in the tree of an organization. \`hireAgent\` hires an agent for it. The workspace is PROVISIONING until its agent is RUNNING; an external workspace is ONLINE at once.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. WORKSPACE_REMOVED: the parent.
6. WORKSPACE_TOO_DEEP
7. WORKSPACE_NAME_TAKEN

Allowed for OWNER and ADMIN.`,
  input: (t) => ({
    organizationId: t.idOf('Organization', {
      required: true,
      description: 'The organization that gets the workspace.',
    }),
    parentId: t.idOf('Workspace', {
      description:
        'The parent of the new workspace, in the same organization. Without a parent, the workspace is a root.',
    }),
    name: t.string({
      required: true,
      description:
        'The name of the workspace, one line of 1 to 255 characters, unique among the live workspaces below the same parent.',
    }),
    ...workspaceInputFields(t),
  }),
  schema: createWorkspaceInput,
  errors: [WorkspaceRemovedError, WorkspaceNameTakenError, WorkspaceTooDeepError],
  act: createWorkspace,
  payload: (t) => ({
    workspace: t.exposeNode('workspaceId', { type: Workspace, description: 'The new workspace.' }),
  }),
});
