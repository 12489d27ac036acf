import type { WorkspaceStatus as Status } from '../../../prisma/client/enums.ts';
import { globalId } from '../../globalId.ts';
import { namesOf } from '../../services/workspace/path.ts';
import { builder } from '../kit/builder.ts';
import { WorkspaceStatus } from './enum.ts';
import { Workspace } from './workspace.ts';

type StatusCounts = Record<'provisioning' | 'online' | 'offline' | 'degraded' | 'failed', number>;

export type WorkspaceTreeRow = StatusCounts & {
  id: string;
  parentId: string | null;
  name: string;
  path: string;
  depth: number;
  status: Status;
  childCount: number;
};

const WorkspaceStatusCounts = builder.objectRef<StatusCounts>('WorkspaceStatusCounts').implement({
  description: 'How many workspaces are in each status, of a workspace and everything below it.',
  fields: (t) => ({
    provisioning: t.exposeInt('provisioning', { description: 'How many are PROVISIONING.' }),
    online: t.exposeInt('online', { description: 'How many are ONLINE.' }),
    offline: t.exposeInt('offline', { description: 'How many are OFFLINE.' }),
    degraded: t.exposeInt('degraded', { description: 'How many are DEGRADED.' }),
    failed: t.exposeInt('failed', { description: 'How many are FAILED.' }),
  }),
});

export const WorkspaceTreeNode = builder.objectRef<WorkspaceTreeRow>('WorkspaceTreeNode').implement({
  description:
    'A live workspace with what it needs to be drawn in the tree. Every field but `workspace` comes from one statement for the whole tree.',
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
      resolve: ({ provisioning, online, offline, degraded, failed }) =>
        provisioning + online + offline + degraded + failed - 1,
    }),
    statusCounts: t.field({
      type: WorkspaceStatusCounts,
      description: 'The statuses of itself and of everything below it.',
      resolve: (row) => row,
    }),
    workspace: t.exposeNode('id', { type: Workspace, description: 'The workspace itself.' }),
  }),
});
