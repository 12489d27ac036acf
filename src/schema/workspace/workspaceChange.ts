import { entityField } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { Workspace } from './workspace.ts';

liveNoun('Workspace', {
  changes: {
    WORKSPACE_CREATED:
      'A workspace was created. When several are created at once, parents come before their children.',
    WORKSPACE_UPDATED:
      'A public field of a workspace changed, except `path`, `depth`, `lastHeartbeatAt`, `errorRate`, `sampleError` and `uptimeSeconds`, which cause no event.',
    WORKSPACE_MOVED:
      'A workspace was moved to another parent, together with all workspaces below it. The payload contains the old parent as `from` and the new one as `to`. The workspaces below it cause no event.',
    WORKSPACE_REMOVED:
      'A workspace was removed. When several are removed at once, children come before their parents. The events of their offboarded agents follow.',
  },
  events: {
    workspaceChanged: {
      description: 'Workspaces that are created, change, are moved, or are removed.',
      event: 'A workspace was created, changed, was moved, or was removed.',
      filters: [
        {
          name: 'rootId',
          type: 'Workspace',
          description:
            'Only changes of this workspace and of the workspaces below it. A move is delivered when the old or the new place is below this workspace.',
        },
      ],
      fields: (t) => ({
        workspace: entityField(t, {
          type: Workspace,
          description: 'The workspace, read at delivery and at least as new as the event.',
        }),
      }),
    },
  },
});
