/** Closes execution workspaces: for the act of a person, and for the sweeper. */
import type { ExecutionWorkspace } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { type Author, recordStructureEvents } from '../act/structureEvent.ts';
import type { JobQueue } from '../port/job.ts';
import { statusAfter } from './statusRule.ts';

/**
 * Closes open execution workspaces, and enqueues the cleanup of the checkouts that the runtime created. Call it under
 * their locks. The number of statements does not grow with their number.
 */
export async function archive(
  tx: Tx,
  author: Author,
  jobs: JobQueue,
  workspaces: ExecutionWorkspace[],
): Promise<void> {
  for (const workspace of workspaces) statusAfter('close', workspace);
  const ids = workspaces.map(({ id }) => id);
  await tx.$executeRaw`
    UPDATE execution_workspace w
       SET status = 'ARCHIVED', closed_at = c.closed_at,
           cleanup_eligible_at = CASE WHEN w.provider_ref IS NOT NULL THEN c.closed_at END
      FROM (SELECT clock_timestamp()::timestamptz(3) AS closed_at) c
     WHERE w.id = ANY(${ids}::uuid[])`;
  await jobs.enqueueAll(
    tx,
    'checkout.cleanup',
    workspaces.flatMap((workspace) => cleanupOf(workspace)),
  );
  await recordStructureEvents(
    tx,
    author,
    workspaces.map(({ organizationId, id, name, mode, generation }) => ({
      organizationId,
      type: 'execution_workspace.closed',
      subject: { type: 'ExecutionWorkspace', id },
      payload: { name, mode, generation },
    })),
  );
}

/** The cleanup job of a closed execution workspace. Empty when the runtime created no checkout for it. */
export function cleanupOf({ id, generation, providerRef }: ExecutionWorkspace) {
  return providerRef === null ? [] : [{ executionWorkspaceId: id, generation, checkoutRef: providerRef }];
}
