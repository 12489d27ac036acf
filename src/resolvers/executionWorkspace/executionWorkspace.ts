import { CloseReadiness } from '../../schema/executionWorkspace/closeReadiness.ts';
import { ExecutionWorkspaceStatus } from '../../schema/executionWorkspace/enum.ts';
import { builder } from '../../schema/index.ts';
import { newestFirst } from '../../schema/kit/list/order.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { recallCheckout } from '../../services/executionWorkspace/checkoutOf.ts';
import { readinessOf } from '../../services/executionWorkspace/readinessRule.ts';

builder.prismaObjectFields('Organization', (t) => ({
  executionWorkspaces: t.relatedConnection('executionWorkspaces', {
    ...relatedList(newestFirst('openedAt')),
    description: 'The execution workspaces of the organization, open and closed, newest first.',
    args: {
      status: t.arg({
        type: ExecutionWorkspaceStatus,
        description: 'Only execution workspaces in this status.',
      }),
    },
    query: ({ status }) => ({ where: { status: status ?? undefined } }),
  }),
}));

builder.prismaObjectFields('ExecutionWorkspace', (t) => ({
  sessions: t.relatedConnection('sessions', {
    ...relatedList(),
    description:
      'The sessions that work in the execution workspace, including terminated ones, newest first.',
  }),
  notes: t.relatedConnection('notes', {
    ...relatedList(),
    description: 'The notes on the execution workspace, newest first.',
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
