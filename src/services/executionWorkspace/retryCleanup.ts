import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { cleanupOf } from './archive.ts';
import { assertVersion, lockExecutionWorkspace, visibleExecutionWorkspace } from './executionWorkspace.ts';
import { statusAfter } from './statusRule.ts';

const result = z.object({ executionWorkspaceId: z.guid() });
export type RetriedCleanup = z.output<typeof result>;

/**
 * Retries a failed cleanup, in every mode. Where the runtime created no checkout there is nothing to do, and the
 * execution workspace is ARCHIVED for good.
 *
 * @throws NotClosedError
 * @throws AlreadyClosedError when its cleanup has not failed
 * @throws VersionConflictError
 */
export async function retryExecutionWorkspaceCleanup(
  act: Act,
  { id, expectedVersion }: { id: string; expectedVersion?: number | null },
) {
  const { organizationId } = await visibleExecutionWorkspace(act, id);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'executionWorkspace.change', organizationId),
    queue: () => [id],
    lock: (tx) => lockExecutionWorkspace(tx, id),
    async write(tx, { locked: workspace }) {
      const status = statusAfter('retryCleanup', workspace);
      assertVersion(workspace, expectedVersion);
      const jobs = cleanupOf(workspace);
      const cleanupEligibleAt =
        jobs.length === 0 ? null : (workspace.cleanupEligibleAt ?? workspace.closedAt);
      await tx.executionWorkspace.update({
        where: { id },
        data: { status, cleanupReason: null, cleanupEligibleAt },
      });
      await act.jobs.enqueueAll(tx, 'checkout.cleanup', jobs);
      return { executionWorkspaceId: id };
    },
  });
}
