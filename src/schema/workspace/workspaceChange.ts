import { entityField } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { Workspace } from './workspace.ts';

liveNoun('Workspace', {
  changes: {
    WORKSPACE_CREATED: 'A workspace was added. Parents come before their children.',
    WORKSPACE_UPDATED:
      'A public field of a workspace changed. Its path, its depth, and what a heartbeat only observes make no event.',
    WORKSPACE_MOVED:
      'A workspace has another parent, with everything below it. The payload has `from` and `to`. What is below it makes no event.',
    WORKSPACE_REMOVED:
      'A workspace was removed. Children come before their parents. The agents that worked there are offboarded after it.',
  },
  events: {
    workspaceChanged: {
      description: 'Workspaces as they are added, change, move and are removed.',
      event: 'A workspace was added, changed, moved or was removed.',
      filters: [
        {
          name: 'rootId',
          type: 'Workspace',
          description:
            'Only changes of this workspace and of what is below it. A move matches with the old and with the new place.',
        },
      ],
      fields: (t) => ({
        workspace: entityField(t, {
          type: Workspace,
          description: 'The workspace, read at delivery: at least as new as the event.',
        }),
      }),
    },
  },
});
