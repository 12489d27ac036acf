import { WorkspaceNameTakenError, WorkspaceRemovedError } from '../../errors.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';
import { updateWorkspace, updateWorkspaceInput } from '../../services/workspace/updateWorkspace.ts';
import { mutation } from '../kit/mutation.ts';
import { workspaceInputFields } from './inputFields.ts';

mutation('updateWorkspace', {
  description:
    'Changes a workspace. Absent fields stay as they are; null sets a field other than the name back to its default. A running container is not restarted. For OWNER and ADMIN.',
  input: (t) => ({
    workspaceId: t.idOf('Workspace', { required: true, description: 'The workspace.' }),
    name: t.string({
      description:
        'Its new name, one line of 1 to 255 characters, unique among the live children of its parent.',
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
