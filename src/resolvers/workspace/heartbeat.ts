import { WorkspaceRemovedError } from '../../errors/errors.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';
import {
  reportWorkspaceHeartbeat,
  reportWorkspaceHeartbeatInput,
} from '../../services/workspace/heartbeat.ts';
import { mutation } from '../kit/mutation.ts';

mutation('reportWorkspaceHeartbeat', {
  description: `Records a heartbeat of the agent that works in a workspace. The heartbeat replaces all values of the one before, and sets the status of the workspace:

- DEGRADED when the agent is wedged or \`errorRate\` is 0.5 or more.
- DEGRADED also when the workspace is DEGRADED already and \`errorRate\` is 0.1 or more.
- ONLINE otherwise.

A workspace whose last heartbeat is more than 180 seconds old becomes OFFLINE. The feed delivers WORKSPACE_UPDATED only when the status, \`activeTasks\` or \`currentTask\` changes.

Allowed for the agent that works in the workspace.`,
  input: (t) => ({
    workspaceId: t.idOf('Workspace', {
      required: true,
      description: 'The workspace that the agent works in.',
    }),
    errorRate: t.float({
      description:
        "The share of the agent's recent work that failed, 0 to 1. Without it, the rate counts as 0.",
    }),
    sampleError: t.string({ description: "An example of the agent's errors, 1 to 1,000 characters." }),
    isWedged: t.boolean({ description: 'Whether the agent runs but cannot work. False by default.' }),
    activeTasks: t.int({ description: 'The number of tasks that the agent works on. 0 by default.' }),
    currentTask: t.string({ description: 'The task that the agent works on, 1 to 1,000 characters.' }),
    uptimeSeconds: t.int({ description: "The agent's uptime in seconds." }),
  }),
  schema: reportWorkspaceHeartbeatInput,
  errors: [WorkspaceRemovedError],
  act: reportWorkspaceHeartbeat,
  payload: (t) => ({
    workspace: t.exposeNode('workspaceId', {
      type: Workspace,
      description: 'The workspace after the heartbeat.',
    }),
  }),
});
