import { builder } from '../../schema/index.ts';
import { byText } from '../../schema/kit/list/order.ts';
import { WorkspaceStatus } from '../../schema/workspace/enum.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';

const LIVE = { not: 'REMOVED' } as const;

/** Orders parents before their children, and siblings by name. */
const BY_PATH = { by: [byText('path')] };

builder.prismaObjectFields('Organization', (t) => ({
  workspaces: t.list({
    type: Workspace,
    description:
      "The organization's workspaces, ordered by path: parents before their children, siblings by name. Removed workspaces are included only with the status REMOVED.",
    args: {
      parentId: t.arg.idOf('Workspace', { description: 'Only the children of this workspace.' }),
      status: t.arg({
        type: WorkspaceStatus,
        description: 'Only workspaces in this status. Without it, all live workspaces.',
      }),
    },
    where: ({ id }, { parentId, status }) => ({
      organizationId: id,
      parentId: parentId ?? undefined,
      status: status ?? LIVE,
    }),
    orderBy: BY_PATH,
  }),
}));

builder.prismaObjectFields('Workspace', (t) => ({
  children: t.list({
    type: Workspace,
    description: 'The live workspaces directly below the workspace, ordered by name.',
    where: ({ id, organizationId }) => ({ organizationId, parentId: id, status: LIVE }),
    orderBy: BY_PATH,
  }),
}));
