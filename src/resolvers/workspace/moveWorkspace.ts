import {
  WorkspaceCycleError,
  WorkspaceNameTakenError,
  WorkspaceRemovedError,
  WorkspaceTooDeepError,
} from '../../errors.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';
import { moveWorkspace } from '../../services/workspace/moveWorkspace.ts';
import { mutation } from '../kit/mutation.ts';

mutation('moveWorkspace', {
  description:
    'Moves a workspace, with everything below it, below another parent in the same organization. The agents stay where they work. No-op where it is already. Delivers one WORKSPACE_MOVED. For OWNER and ADMIN.',
  input: (t) => ({
    workspaceId: t.idOf('Workspace', { required: true, description: 'The workspace that moves.' }),
    parentId: t.idOf('Workspace', {
      description: 'Its new parent. Null makes it a root; leaving the field out is INVALID_INPUT.',
    }),
  }),
  errors: [WorkspaceRemovedError, WorkspaceCycleError, WorkspaceNameTakenError, WorkspaceTooDeepError],
  act: moveWorkspace,
  payload: (t) => ({
    workspace: t.exposeNode('workspaceId', { type: Workspace, description: 'The moved workspace.' }),
  }),
});
