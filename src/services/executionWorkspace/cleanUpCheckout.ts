/**
 * Cleans up the checkout of a closed execution workspace. The runtime may be slow and the process may die at any moment,
 * so no lock is held while it works, and a retry reaches the same state.
 *
 * `cleanup_started_at` decides what a reopening gets. Before it is set, the reopening keeps the checkout, and the job
 * does nothing. After it is set, the reopening gets a new checkout, and the job goes on with the old one, to which no
 * row refers any more.
 */
import type { ExecutionWorkspace } from '../../../prisma/client/client.ts';
import { type JobOutcome, type JobRun, transactFor } from '../port/job.ts';
import { createdCheckoutOf } from './checkoutOf.ts';
import { lockExecutionWorkspace } from './executionWorkspace.ts';
import { failCleanup } from './failCleanup.ts';

export type Cleanup = { executionWorkspaceId: string; generation: number; checkoutRef: string };

type CleanedUp = { isRemoved: boolean; warnings: string[] };

/** The message names the step. It never quotes the program's output, which may hold a secret: every member reads it. */
class CleanupError extends Error {}

/** Saves uncommitted work to a branch, then removes the checkout. CLEANUP_FAILED when the last attempt fails. */
export async function cleanUpCheckout(run: JobRun, cleanup: Cleanup): Promise<JobOutcome> {
  if (!(await begin(run, cleanup))) return { outcome: 'There is nothing to clean up any more.' };
  try {
    const cleanedUp = await cleanUp(run, cleanup);
    return { outcome: await settle(run, cleanup, cleanedUp), warnings: cleanedUp.warnings.join(' ') };
  } catch (error) {
    if (run.isLast && !run.signal.aborted) {
      const reason = error instanceof CleanupError ? error.message : 'The cleanup failed.';
      // If this fails too, the sweeper finds the row later.
      await failCleanup(run, cleanup.executionWorkspaceId, reason, (current) =>
        isAwaiting(current, cleanup),
      ).catch((err) => run.log.warn({ err, ...cleanup }, 'jobs: a failed cleanup could not be recorded yet'));
    }
    throw error;
  }
}

/** Returns whether the checkout may be touched. */
async function begin(run: JobRun, cleanup: Cleanup): Promise<boolean> {
  return await transactFor(run, async (tx) => {
    const workspace = await lockExecutionWorkspace(tx, cleanup.executionWorkspaceId);
    if (workspace.providerRef !== cleanup.checkoutRef) return true;
    if (!isAwaiting(workspace, cleanup)) return false;
    if (workspace.cleanupStartedAt === null) {
      await tx.executionWorkspace.update({
        where: { id: workspace.id },
        data: { cleanupStartedAt: new Date() },
      });
    }
    return true;
  });
}

async function cleanUp(
  { db, runtime: { checkouts }, signal }: JobRun,
  { executionWorkspaceId: id, generation, checkoutRef }: Cleanup,
): Promise<CleanedUp> {
  const workspace = await db.prisma.executionWorkspace.findUniqueOrThrow({
    where: { id },
    include: { project: true },
  });
  const checkout = createdCheckoutOf(workspace, checkoutRef);
  const state = await step('inspected', checkouts.inspect(checkout, signal));
  if (state === 'MISSING') return { isRemoved: true, warnings: ['The checkout was gone already.'] };
  if (state === 'NOT_A_REPOSITORY') {
    return {
      isRemoved: false,
      warnings: ['The checkout is not a git repository, so its files could not be saved. They were kept.'],
    };
  }
  const warnings: string[] = [];
  if (state.isDirty) {
    const branch = `muster/${id.slice(-12)}-${generation}`;
    await step('saved to a branch', checkouts.save(checkout, branch, signal));
    warnings.push(`Uncommitted work was saved to the branch ${branch}.`);
  }
  await step('removed', checkouts.remove(checkout, signal));
  return { isRemoved: true, warnings };
}

async function step<Result>(done: string, call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (cause) {
    throw new CleanupError(`The checkout could not be ${done}. The output of the job says why.`, { cause });
  }
}

/** Records the outcome, unless the execution workspace was reopened meanwhile. */
async function settle(run: JobRun, cleanup: Cleanup, { isRemoved, warnings }: CleanedUp): Promise<string> {
  return await transactFor(run, async (tx) => {
    const workspace = await lockExecutionWorkspace(tx, cleanup.executionWorkspaceId);
    if (!isAwaiting(workspace, cleanup)) return 'It was reopened meanwhile: the outcome is ignored.';
    await tx.executionWorkspace.update({
      where: { id: workspace.id },
      data: {
        providerRef: isRemoved ? null : workspace.providerRef,
        cleanupEligibleAt: null,
        cleanupStartedAt: null,
        cleanupWarnings: warnings,
      },
    });
    return isRemoved ? 'The checkout is removed.' : 'The checkout is kept.';
  });
}

function isAwaiting(
  { status, generation, providerRef }: ExecutionWorkspace,
  cleanup: Pick<Cleanup, 'generation' | 'checkoutRef'>,
): boolean {
  return status === 'ARCHIVED' && generation === cleanup.generation && providerRef === cleanup.checkoutRef;
}
