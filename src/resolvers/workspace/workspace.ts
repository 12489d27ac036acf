import { builder } from '../../schema/index.ts';
import { byText } from '../../schema/kit/list/order.ts';
import { WorkspaceStatus } from '../../schema/workspace/enum.ts';
import { Workspace } from '../../schema/workspace/workspace.ts';

const LIVE = { not: 'REMOVED' } as const;

/** A parent before its children, siblings by name. */
const BY_PATH = { by: [byText('path')] };

builder.prismaObjectFields('Organization', (t) => ({
  workspaces: t.list({
    type: Workspace,
    description: 'Its workspaces by path, each before its children. Live ones unless a status is given.',
    args: {
      parentId: t.arg.idOf('Workspace', { description: 'Only the children of this workspace.' }),
      status: t.arg({ type: WorkspaceStatus, description: 'Only those in this status.' }),
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
    description: 'The live workspaces directly below it, by name.',
    where: ({ id, organizationId }) => ({ organizationId, parentId: id, status: LIVE }),
    orderBy: BY_PATH,
  }),
}));
