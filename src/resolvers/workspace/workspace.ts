import { builder } from '../../schema/index.ts';
import { byText } from '../../schema/kit/list/order.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { WorkspaceStatus } from '../../schema/workspace/enum.ts';

const LIVE = { not: 'REMOVED' } as const;

/** Orders parents before their children, and siblings by name. */
const BY_PATH = { by: [byText('path')] };

builder.prismaObjectFields('Organization', (t) => ({
  workspaces: t.relatedConnection('workspaces', {
    ...relatedList(BY_PATH),
    description:
      "The organization's workspaces, ordered by path: parents before their children, siblings by name. Removed workspaces are included only with the status REMOVED.",
    args: {
      parentId: t.arg.idOf('Workspace', { description: 'Only the children of this workspace.' }),
      status: t.arg({
        type: WorkspaceStatus,
        description: 'Only workspaces in this status. Without it, all live workspaces.',
      }),
    },
    query: ({ parentId, status }) => ({
      where: { parentId: parentId ?? undefined, status: status ?? LIVE },
    }),
  }),
}));

builder.prismaObjectFields('Workspace', (t) => ({
  children: t.relatedConnection('children', {
    ...relatedList(BY_PATH),
    description: 'The live workspaces directly below the workspace, ordered by name.',
    query: { where: { status: LIVE } },
  }),
}));
