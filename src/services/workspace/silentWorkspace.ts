/** Marks workspaces whose heartbeats have stopped. */
import type { Database } from '../../database/db.ts';
import { transactFor } from '../port/job.ts';

export const WORKSPACE_SILENCE_JOB = 'workspace.silence';

/** A workspace whose last heartbeat is older than this is OFFLINE. */
const SILENCE_SECONDS = 180;

/** Returns the number of workspaces that became OFFLINE. A workspace that never got a heartbeat does not. */
export async function markSilentWorkspaces(db: Database): Promise<number> {
  return await transactFor(
    { name: WORKSPACE_SILENCE_JOB, db },
    // A locked workspace is about to change. It is skipped, and the next run checks it again.
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
