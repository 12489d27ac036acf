import type { WorkspaceStatus as Status } from '../../../prisma/client/enums.ts';
import { globalId } from '../../globalId.ts';
import { builder } from '../kit/builder.ts';
import { WorkspaceStatus } from './enum.ts';
import { namesOf } from './path.ts';

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

/** With what is below it counted. */
export type WorkspaceTreeRow = TreeWorkspace & { childCount: number; statusCounts: StatusCounts };

const WorkspaceStatusCounts = builder.objectRef<StatusCounts>('WorkspaceStatusCounts').implement({
  description: 'How many workspaces are in each status, of a workspace and everything below it.',
  fields: (t) => ({
    provisioning: t.exposeInt('PROVISIONING', { description: 'How many are PROVISIONING.' }),
    online: t.exposeInt('ONLINE', { description: 'How many are ONLINE.' }),
    offline: t.exposeInt('OFFLINE', { description: 'How many are OFFLINE.' }),
    degraded: t.exposeInt('DEGRADED', { description: 'How many are DEGRADED.' }),
    failed: t.exposeInt('FAILED', { description: 'How many are FAILED.' }),
  }),
});

export const WorkspaceTreeNode = builder.objectRef<WorkspaceTreeRow>('WorkspaceTreeNode').implement({
  description:
    'A live workspace, with what a view of the tree shows. One statement reads the whole tree; `node` and `nodes` give the rest.',
  fields: (t) => ({
    workspaceId: t.id({
      description: 'The global id of the workspace.',
      resolve: ({ id }) => globalId('Workspace', id),
    }),
    parentId: t.id({
      nullable: true,
      description: 'The global id of the workspace above it; null for a root.',
      resolve: ({ parentId }) => parentId && globalId('Workspace', parentId),
    }),
    name: t.exposeString('name', { description: 'Its name.' }),
    path: t.stringList({
      description: 'The names from the root down to its own.',
      resolve: ({ path }) => namesOf(path),
    }),
    depth: t.exposeInt('depth', { description: 'How many workspaces are above it; 0 for a root.' }),
    status: t.expose('status', { type: WorkspaceStatus, description: 'Whether it works.' }),
    childCount: t.exposeInt('childCount', { description: 'How many live workspaces are directly below it.' }),
    descendantCount: t.int({
      description: 'How many live workspaces are below it, at any depth.',
      resolve: ({ statusCounts }) => Object.values(statusCounts).reduce((sum, each) => sum + each, 0) - 1,
    }),
    statusCounts: t.expose('statusCounts', {
      type: WorkspaceStatusCounts,
      description: 'The statuses of itself and of everything below it.',
    }),
    role: t.exposeString('role', { nullable: true, description: 'What it is there for.' }),
    runtime: t.exposeString('runtime', { description: 'The harness that its agent runs in.' }),
    tier: t.exposeInt('tier', { description: 'How much it is given to work with, 1 to 9.' }),
    activeTasks: t.exposeInt('activeTasks', {
      description: 'How many tasks its agent works on, from the last heartbeat.',
    }),
    agentId: t.id({
      nullable: true,
      description: 'The global id of the agent that works in it; null while the seat is vacant.',
      resolve: ({ agentId }) => agentId && globalId('Agent', agentId),
    }),
    agentName: t.exposeString('agentName', {
      nullable: true,
      description: 'The name of that agent.',
    }),
  }),
});
