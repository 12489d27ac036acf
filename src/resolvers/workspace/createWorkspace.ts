import { WorkspaceNameTakenError, WorkspaceRemovedError, WorkspaceTooDeepError } from '../../errors.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';
import { createWorkspace, createWorkspaceInput } from '../../services/workspace/createWorkspace.ts';
import { mutation } from '../kit/mutation.ts';
import { workspaceInputFields } from './inputFields.ts';

mutation('createWorkspace', {
  description:
    'Adds a workspace to the tree of an organization. It is vacant: `hireAgent` with its id fills it. It is PROVISIONING until its agent runs; an external one is ONLINE at once. For OWNER and ADMIN.',
  input: (t) => ({
    organizationId: t.idOf('Organization', { required: true, description: 'The organization.' }),
    parentId: t.idOf('Workspace', { description: 'The workspace above it. Without one it is a root.' }),
    name: t.string({
      required: true,
      description: 'Its name, one line of 1 to 255 characters, unique among the live children of its parent.',
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
