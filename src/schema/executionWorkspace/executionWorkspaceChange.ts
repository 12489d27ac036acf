import { entityField } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { ExecutionWorkspace } from './executionWorkspace.ts';

liveNoun('ExecutionWorkspace', {
  changes: {
    EXECUTION_WORKSPACE_OPENED: 'An execution workspace was opened.',
    EXECUTION_WORKSPACE_UPDATED:
      'A public field of an execution workspace changed, except `lastUsedAt`, and it was neither closed nor reopened. A note changes `noteCount`.',
    EXECUTION_WORKSPACE_CLOSED: 'An execution workspace was closed.',
    EXECUTION_WORKSPACE_REOPENED: 'An execution workspace was reopened.',
  },
  events: {
    executionWorkspaceChanged: {
      description: 'Execution workspaces that are opened, change, are closed, or are reopened.',
      event: 'An execution workspace was opened, changed, was closed, or was reopened.',
      filters: [
        {
          name: 'id',
          type: 'ExecutionWorkspace',
          description: 'Only changes of this execution workspace.',
        },
      ],
      fields: (t) => ({
        executionWorkspace: entityField(t, {
          type: ExecutionWorkspace,
          description: 'The execution workspace, read at delivery and at least as new as the event.',
        }),
      }),
    },
  },
});
