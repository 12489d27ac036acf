import { ConfirmationRequiredError, WorkspaceRemovedError } from '../../errors.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';
import { removeWorkspace, removeWorkspaceInput } from '../../services/workspace/removeWorkspace.ts';
import { mutation } from '../kit/mutation.ts';

mutation('removeWorkspace', {
  description: `Removes a workspace with everything below it, for good. The agents that work there are offboarded, as by offboardAgent, and their schedules turned off, in the same transaction. Delivers one WORKSPACE_REMOVED for each workspace, children first, and then the changes of the agents.

Jobs stop the containers and, once that has worked, remove them: the mutation waits for none. For OWNER and ADMIN.`,
  input: (t) => ({
    workspaceId: t.idOf('Workspace', { required: true, description: 'The workspace.' }),
    confirmName: t.string({
      description: 'The name of the workspace, exactly. Any other answers CONFIRMATION_REQUIRED.',
    }),
  }),
  schema: removeWorkspaceInput,
  errors: [WorkspaceRemovedError, ConfirmationRequiredError],
  act: removeWorkspace,
  payload: (t) => ({
    workspace: t.exposeNode('workspaceId', { type: Workspace, description: 'The removed workspace.' }),
    removedCount: t.exposeInt('removedCount', {
      description: 'How many workspaces were removed, itself among them.',
    }),
    offboardedAgentCount: t.exposeInt('offboardedAgentCount', {
      description: 'How many agents were offboarded.',
    }),
  }),
});
