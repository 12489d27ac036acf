import type { WorkspaceStatus as Status } from '../../../prisma/client/enums.ts';
import { globalId } from '../../value/globalId.ts';
import { namesOf } from '../../value/workspacePath.ts';
import { builder } from '../kit/builder.ts';
import { weighs } from '../kit/weight.ts';
import { WorkspaceStatus } from './enum.ts';

type LiveStatus = Exclude<Status, 'REMOVED'>;
type StatusCounts = Record<LiveStatus, number>;

export type TreeWorkspace = {
  id: string;
  parentId: string | null;
  name: string;
  path: string;
  depth: number;
  status: LiveStatus;
  role: string | null;
  runtime: string;
  tier: number;
  activeTasks: number;
  agentId: string | null;
  agentName: string | null;
};

/** A workspace with the counts of the workspaces below it. */
export type WorkspaceTreeRow = TreeWorkspace & { childCount: number; statusCounts: StatusCounts };

const WorkspaceStatusCounts = builder.objectRef<StatusCounts>('WorkspaceStatusCounts').implement({
  sharedBy: 'MEMBERS',
  description: 'The number of live workspaces in each status, of a workspace and all workspaces below it.',
  fields: (t) => ({
    provisioning: t.exposeInt('PROVISIONING', { description: 'The number of PROVISIONING workspaces.' }),
    online: t.exposeInt('ONLINE', { description: 'The number of ONLINE workspaces.' }),
    offline: t.exposeInt('OFFLINE', { description: 'The number of OFFLINE workspaces.' }),
    degraded: t.exposeInt('DEGRADED', { description: 'The number of DEGRADED workspaces.' }),
    failed: t.exposeInt('FAILED', { description: 'The number of FAILED workspaces.' }),
  }),
});

export const WorkspaceTreeNode = builder.objectRef<WorkspaceTreeRow>('WorkspaceTreeNode').implement({
  sharedBy: 'MEMBERS',
  description:
    'A live workspace in a view of the tree, with the fields that such a view shows. `node` and `nodes` return the other fields by `workspaceId`.',
  fields: (t) => ({
    workspaceId: t.id({
      description: 'The global id of the workspace.',
      resolve: ({ id }) => globalId('Workspace', id),
    }),
    parentId: t.id({
      nullable: true,
      description: 'The global id of the workspace directly above; null for a root.',
      resolve: ({ parentId }) => parentId && globalId('Workspace', parentId),
    }),
    name: t.exposeString('name', { description: 'The name of the workspace.' }),
    path: t.stringList({
      description: 'The names from the root down to the workspace.',
      resolve: ({ path }) => namesOf(path),
    }),
    depth: t.exposeInt('depth', {
      description: 'The number of workspaces above the workspace; 0 for a root, at most 63.',
    }),
    status: t.expose('status', { type: WorkspaceStatus, description: 'The status of the workspace.' }),
    childCount: t.exposeInt('childCount', {
      description: 'The number of live workspaces directly below the workspace.',
    }),
    descendantCount: t.int({
      description: 'The number of live workspaces below the workspace, at any depth.',
      resolve: ({ statusCounts }) => Object.values(statusCounts).reduce((sum, each) => sum + each, 0) - 1,
    }),
    statusCounts: t.expose('statusCounts', {
      type: WorkspaceStatusCounts,
      description:
        'The number of live workspaces in each status, counting the workspace and all workspaces below it.',
    }),
    role: t.exposeString('role', {
      ...weighs({ kilobytes: 10 }),
      nullable: true,
      description: 'The task of the workspace; null when it has none.',
    }),
    runtime: t.exposeString('runtime', { description: "The harness that the workspace's agent runs in." }),
    tier: t.exposeInt('tier', { description: 'The size of the workspace, 1 to 9.' }),
    activeTasks: t.exposeInt('activeTasks', {
      description:
        'The number of tasks that the agent works on, from the last heartbeat; 0 before the first one, and while the workspace is OFFLINE or FAILED.',
    }),
    agentId: t.id({
      nullable: true,
      description:
        'The global id of the agent that works in the workspace; null while the workspace is vacant.',
      resolve: ({ agentId }) => agentId && globalId('Agent', agentId),
    }),
    agentName: t.exposeString('agentName', {
      nullable: true,
      description: 'The name of the agent that works in the workspace; null while the workspace is vacant.',
    }),
  }),
});
