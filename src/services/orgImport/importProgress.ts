/** Counts the started and the failed workspaces of imports. */
import { type JobRun, transactFor } from '../port/job.ts';

/** The workspaces of an import are counted for this long after its end. */
const HOURS = 24;

/**
 * Updates the counts of imports and returns the number of changed imports. A run causes at most one event per import,
 * even when ten thousand workspaces have started.
 */
export async function countProvisioned(run: Pick<JobRun, 'name' | 'db'>): Promise<number> {
  return await transactFor(
    run,
    (tx) => tx.$executeRaw`
      WITH counts AS (
        SELECT i.id,
               count(*) FILTER (WHERE w.status IN ('ONLINE', 'OFFLINE', 'DEGRADED'))::int AS provisioned,
               count(*) FILTER (WHERE w.status = 'FAILED')::int AS failed
          FROM org_import i JOIN workspace w ON w.import_id = i.id
         WHERE i.status = 'COMPLETED' AND i.provisioned_count + i.failed_count < i.created_count
           AND i.finished_at > now() - ${HOURS} * interval '1 hour'
         GROUP BY i.id
      )
      UPDATE org_import i SET provisioned_count = c.provisioned, failed_count = c.failed
        FROM counts c
       WHERE i.id = c.id AND (i.provisioned_count, i.failed_count) <> (c.provisioned, c.failed)`,
  );
}
