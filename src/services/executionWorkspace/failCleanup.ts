import type { ExecutionWorkspace } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { type JobRun, transactFor } from '../port/job.ts';
import { lockExecutionWorkspace } from './executionWorkspace.ts';
import { statusAfter } from './statusRule.ts';

/**
 * Puts a closed execution workspace in CLEANUP_FAILED.
 *
 * @param isStillSo asked under the lock; false when the row has changed since it was found
 * @returns whether the status was changed
 */
export async function failCleanup(
  run: JobRun,
  id: string,
  reason: string,
  isStillSo: (workspace: ExecutionWorkspace, tx: Tx) => boolean | Promise<boolean>,
): Promise<boolean> {
  return await transactFor(run, async (tx) => {
    const workspace = await lockExecutionWorkspace(tx, id);
    if (!(await isStillSo(workspace, tx))) return false;
    const status = statusAfter('failCleanup', workspace);
    await tx.executionWorkspace.update({ where: { id }, data: { status, cleanupReason: reason } });
    return true;
  });
}
