/** Has the runtime create the checkout of an isolated execution workspace. A retry reaches the same state. */
import { type JobOutcome, type JobRun, transactFor } from '../port/job.ts';
import { cleanupOf } from './archive.ts';
import { checkoutOf } from './checkoutOf.ts';
import { lockExecutionWorkspace } from './executionWorkspace.ts';

/** Creates the checkout, and stores the runtime's reference to it: only what has one is ever removed. */
export async function createCheckout(
  run: JobRun,
  { executionWorkspaceId: id }: { executionWorkspaceId: string },
): Promise<JobOutcome> {
  const seen = await run.db.prisma.executionWorkspace.findUniqueOrThrow({
    where: { id },
    include: { project: true },
  });
  const checkout = checkoutOf(seen);
  if (seen.providerRef !== null || checkout === null) return { outcome: 'There is nothing to create.' };
  if (seen.closedAt && run.isFirst) return { outcome: 'It is closed: nothing is created.' };
  const { checkoutRef, output } = await run.runtime.checkouts.create(checkout, run.signal);
  const outcome = await transactFor(run, async (tx) => {
    const workspace = await lockExecutionWorkspace(tx, id);
    const created = { ...workspace, providerRef: checkoutRef };
    // A reopening of a cleaned-up workspace takes another path.
    if (workspace.path !== seen.path || workspace.closedAt) {
      await run.jobs.enqueueAll(
        tx,
        'checkout.cleanup',
        cleanupOf({ ...created, generation: seen.generation }),
      );
      return 'It was closed meanwhile: the checkout is cleaned up again.';
    }
    await tx.executionWorkspace.update({ where: { id }, data: { providerRef: checkoutRef } });
    return 'The checkout exists.';
  });
  return { outcome, checkoutRef, output };
}
