import { CloseReadiness } from '../../schema/executionWorkspace/closeReadiness.ts';
import { ExecutionWorkspaceStatus } from '../../schema/executionWorkspace/enum.ts';
import { ExecutionWorkspace } from '../../schema/executionWorkspace/executionWorkspace.ts';
import { ExecutionWorkspaceNote } from '../../schema/executionWorkspace/executionWorkspaceNote.ts';
import { builder } from '../../schema/index.ts';
import { newestFirst } from '../../schema/kit/list/order.ts';
import { Session } from '../../schema/session/session.ts';
import { recallCheckout } from '../../services/executionWorkspace/checkoutOf.ts';
import { readinessOf } from '../../services/executionWorkspace/readinessRule.ts';

builder.prismaObjectFields('Organization', (t) => ({
  executionWorkspaces: t.list({
    type: ExecutionWorkspace,
    description: 'The execution workspaces of the organization, open and closed, newest first.',
    args: {
      status: t.arg({
        type: ExecutionWorkspaceStatus,
        description: 'Only execution workspaces in this status.',
      }),
    },
    where: ({ id }, { status }) => ({ organizationId: id, status: status ?? undefined }),
    orderBy: newestFirst('openedAt'),
  }),
}));

builder.prismaObjectFields('ExecutionWorkspace', (t) => ({
  sessions: t.list({
    type: Session,
    description:
      'The sessions that work in the execution workspace, including terminated ones, newest first.',
    where: ({ id, organizationId }) => ({ organizationId, executionWorkspaceId: id }),
    orderBy: newestFirst(),
  }),
  notes: t.list({
    type: ExecutionWorkspaceNote,
    description: 'The notes on the execution workspace, newest first.',
    where: ({ id, organizationId }) => ({ organizationId, executionWorkspaceId: id }),
    orderBy: newestFirst(),
  }),
  closeReadiness: t.field({
    type: CloseReadiness,
    nullable: true,
    description:
      'Whether the execution workspace can be closed; null when it is closed. Sessions and pull requests are read at this moment. The answer of the runtime about the checkout may be 5 seconds old. `closeExecutionWorkspace` asks for everything anew.',
    select: {
      id: true,
      organizationId: true,
      name: true,
      path: true,
      branch: true,
      baseRef: true,
      providerRef: true,
      closedAt: true,
      project: { select: { slug: true, repoUrl: true } },
      fact: true,
    },
    async resolve({ closedAt, fact, ...workspace }, _args, { runtime }) {
      if (closedAt || !fact) return null;
      return readinessOf(fact, await recallCheckout(runtime, workspace));
    },
  }),
}));
