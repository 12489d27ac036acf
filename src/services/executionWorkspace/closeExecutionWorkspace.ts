import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { CloseBlockedError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { archive } from './archive.ts';
import { inspectCheckout } from './checkoutOf.ts';
import { assertVersion, lockExecutionWorkspace, visibleExecutionWorkspace } from './executionWorkspace.ts';
import { readinessOf } from './readinessRule.ts';
import { statusAfter } from './statusRule.ts';

const result = z.object({ executionWorkspaceId: z.guid() });
export type ClosedExecutionWorkspace = z.output<typeof result>;

/**
 * Closes an execution workspace, and waits for no session and no cleanup. The runtime is asked about the checkout before
 * the transaction; sessions and pull requests are read under the lock. The cleanup looks at the checkout again.
 *
 * @throws AlreadyClosedError
 * @throws VersionConflictError
 * @throws CloseBlockedError
 */
export async function closeExecutionWorkspace(
  act: Act,
  {
    id,
    expectedVersion,
    acceptWarnings,
  }: { id: string; expectedVersion?: number | null; acceptWarnings: boolean },
) {
  const { organizationId } = await visibleExecutionWorkspace(act, id);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'executionWorkspace.change', organizationId),
    async prepare() {
      const workspace = await act.db.prisma.executionWorkspace.findUniqueOrThrow({
        where: { id },
        include: { project: true },
      });
      return await inspectCheckout(act.runtime, workspace);
    },
    queue: () => [id],
    lock: (tx) => lockExecutionWorkspace(tx, id),
    async write(tx, { prepared: checkout, locked: workspace }) {
      statusAfter('close', workspace);
      assertVersion(workspace, expectedVersion);
      const fact = await tx.executionWorkspaceFact.findUniqueOrThrow({ where: { id } });
      const readiness = readinessOf(fact, checkout);
      if (readiness.state === 'BLOCKED' || (readiness.state === 'READY_WITH_WARNINGS' && !acceptWarnings)) {
        throw new CloseBlockedError(readiness);
      }
      await archive(tx, act, act.jobs, [workspace]);
      return { executionWorkspaceId: id };
    },
  });
}
