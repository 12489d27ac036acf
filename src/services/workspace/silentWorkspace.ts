/** Marks workspaces whose heartbeats have stopped. */
import type { Database } from '../../db.ts';
import { transactFor } from '../port/job.ts';

export const WORKSPACE_SILENCE_JOB = 'workspace.silence';

/** How long after its last heartbeat a workspace counts as OFFLINE. */
const SILENCE_SECONDS = 180;

/** Returns how many have become OFFLINE. One that never sent a heartbeat does not. */
export async function markSilentWorkspaces(db: Database): Promise<number> {
  return await transactFor(
    { name: WORKSPACE_SILENCE_JOB, db },
    // A locked workspace is about to change and is skipped; the next run looks at it again.
    (tx) => tx.$executeRaw`
      WITH silent AS (
        SELECT id FROM workspace
         WHERE status IN ('ONLINE', 'DEGRADED') AND last_heartbeat_at < now() - ${SILENCE_SECONDS} * interval '1 second'
         ORDER BY id
           FOR NO KEY UPDATE SKIP LOCKED
      )
      UPDATE workspace SET status = 'OFFLINE', active_tasks = 0, current_task = NULL
        FROM silent WHERE workspace.id = silent.id`,
  );
}
