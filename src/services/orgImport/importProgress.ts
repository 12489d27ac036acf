/** Counts how many of the workspaces that imports created have started. */
import { type JobRun, transactFor } from '../port/job.ts';

/** How long after an import its workspaces are counted. */
const HOURS = 24;

/**
 * Brings the counts of imports up to date, and returns how many have changed. Each change is one event, so an import of
 * ten thousand workspaces makes as many events as this runs, not as there are workspaces.
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
