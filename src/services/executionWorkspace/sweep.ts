/** Closes execution workspaces that no session needs any more. */
import type { ExecutionWorkspace, Project } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { type JobOutcome, type JobRun, type SweepSettings, transactFor } from '../port/job.ts';
import { archive, cleanupOf } from './archive.ts';
import { inspectCheckout } from './checkoutOf.ts';
import { failCleanup } from './failCleanup.ts';
import { type KnownCheckout, readinessOf } from './readinessRule.ts';

const PAGE_WORKSPACES = 100;
/** A cleanup whose last attempt died with its process is found after this time. */
const LOST_AFTER_MINUTES = 60;

type Candidate = ExecutionWorkspace & { project: Project };

/** Closes what is eligible and READY, and marks cleanups that no job is doing any more as failed. */
export async function sweepExecutionWorkspaces(run: JobRun): Promise<JobOutcome> {
  const lost = await failLostCleanups(run);
  let closed = 0;
  for (let after: string | null = null; !run.signal.aborted; ) {
    const ids = await eligible(run.db.prisma, run.sweep, { after });
    closed += await closeReady(run, ids);
    if (ids.length < PAGE_WORKSPACES) break;
    after = ids.at(-1) ?? null;
  }
  return { closed, lost };
}

async function closeReady(run: JobRun, ids: string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const candidates: Candidate[] = await run.db.prisma.executionWorkspace.findMany({
    where: { id: { in: ids } },
    include: { project: true },
  });
  const checkouts = new Map<string, { providerRef: string | null; checkout: KnownCheckout }>(
    await Promise.all(
      candidates.map(async (each) => {
        const checkout = await inspectCheckout(run.runtime, each);
        return [each.id, { providerRef: each.providerRef, checkout }] as const;
      }),
    ),
  );
  return await transactFor(run, async (tx, author) => {
    // A locked one is in use, and the next run looks at it again.
    const locked = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM execution_workspace
       WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`;
    // A statement of its own sees what was committed before the locks.
    const still = await eligible(tx, run.sweep, { ids: locked.map(({ id }) => id) });
    const rows = await tx.executionWorkspace.findMany({
      where: { id: { in: still } },
      include: { fact: true },
    });
    const ready = rows.filter(({ id, providerRef, fact }) => {
      const known = checkouts.get(id);
      if (!fact || !known || known.providerRef !== providerRef) return false;
      return readinessOf(fact, known.checkout).state === 'READY';
    });
    if (ready.length > 0) await archive(tx, author, run.jobs, ready);
    return ready.length;
  });
}

/** The ids, in order, of open execution workspaces without a live session that are due. */
async function eligible(
  client: Pick<Tx, '$queryRaw'>,
  { idleDays, graceMinutes }: SweepSettings,
  { after = null, ids = null }: { after?: string | null; ids?: string[] | null },
): Promise<string[]> {
  const rows = await client.$queryRaw<{ id: string }[]>`
    SELECT w.id FROM execution_workspace w JOIN execution_workspace_fact f ON f.execution_workspace_id = w.id
     WHERE w.closed_at IS NULL AND w.last_used_at < now() - ${graceMinutes} * interval '1 minute'
       AND (${after}::uuid IS NULL OR w.id > ${after}::uuid)
       AND (${ids}::uuid[] IS NULL OR w.id = ANY(${ids}::uuid[]))
       AND NOT f.has_live_session AND NOT f.has_open_pull_request AND NOT f.has_unmerged_pull_request
       AND (
         f.ended_at < now() - ${graceMinutes} * interval '1 minute'
         OR w.last_used_at < now() - ${idleDays} * interval '1 day'
       )
     ORDER BY w.id LIMIT ${PAGE_WORKSPACES}`;
  return rows.map(({ id }) => id);
}

async function failLostCleanups(run: JobRun): Promise<number> {
  const overdue = await run.db.prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM execution_workspace
     WHERE status = 'ARCHIVED' AND cleanup_eligible_at < now() - ${LOST_AFTER_MINUTES} * interval '1 minute'`;
  let lost = 0;
  for (const { id } of overdue) {
    const isLost = await failCleanup(
      run,
      id,
      'The cleanup did not finish, and no job is doing it any more.',
      async (workspace, tx) => {
        const [data] = cleanupOf(workspace);
        if (workspace.status !== 'ARCHIVED' || !data) return false;
        return !(await run.jobs.isAwaited(tx, { name: 'checkout.cleanup', data }));
      },
    );
    if (isLost) lost += 1;
  }
  return lost;
}
