import { WorkspaceRemovedError } from '../../errors.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';
import {
  reportWorkspaceHeartbeat,
  reportWorkspaceHeartbeatInput,
} from '../../services/workspace/heartbeat.ts';
import { mutation } from '../kit/mutation.ts';

mutation('reportWorkspaceHeartbeat', {
  description:
    'Reports that the agent of a workspace works, and how. It makes the workspace ONLINE, or DEGRADED when the agent is wedged or errorRate is 0.5 or more; DEGRADED ends below 0.1. After 180 seconds without a heartbeat the workspace is OFFLINE. Delivers WORKSPACE_UPDATED only when the status, activeTasks or currentTask changes. Only for the agent that works there.',
  input: (t) => ({
    workspaceId: t.idOf('Workspace', {
      required: true,
      description: 'The workspace that the agent works in.',
    }),
    errorRate: t.float({ description: 'The share of its recent work that failed, 0 to 1. 0 by default.' }),
    sampleError: t.string({ description: 'An example of its errors, 1 to 1,000 characters.' }),
    isWedged: t.boolean({ description: 'Whether the agent runs but cannot work. False by default.' }),
    activeTasks: t.int({ description: 'How many tasks it works on. 0 by default.' }),
    currentTask: t.string({ description: 'What it works on, 1 to 1,000 characters.' }),
    uptimeSeconds: t.int({ description: 'How long it has run, in seconds.' }),
  }),
  schema: reportWorkspaceHeartbeatInput,
  errors: [WorkspaceRemovedError],
  act: reportWorkspaceHeartbeat,
  payload: (t) => ({
    workspace: t.exposeNode('workspaceId', { type: Workspace, description: 'The workspace.' }),
  }),
});
