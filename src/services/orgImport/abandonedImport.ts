/** Marks the imports of dead processes as FAILED. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Tx } from '../../database/db.ts';
import { type JobRun, transactFor } from '../port/job.ts';
import { failImports } from './importRecord.ts';

/** A live process records the failure of its import itself, right after the rollback. The sweep waits for that. */
const GRACE_MS = 2_000;

const REASON = 'The server stopped while the import was running. Nothing was written.';

/**
 * Marks RUNNING imports whose lock is free as FAILED, and returns their number. A running import takes its lock before
 * its start is committed and holds it until its transaction ends.
 */
export async function failAbandonedImports(run: Pick<JobRun, 'name' | 'db' | 'log'>): Promise<number> {
  const suspects = await abandoned(run.db.prisma);
  if (suspects.length === 0) return 0;
  await sleep(GRACE_MS);
  const auditFailed = (err: unknown) =>
    run.log.error({ err }, 'jobs: the end of an import is not in the audit trail');
  return await transactFor(run, async (tx, author) =>
    failImports(tx, { ...author, auditFailed }, await abandoned(tx, suspects), REASON),
  );
}

async function abandoned(tx: Tx | Database['prisma'], among: string[] | null = null): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    WITH running AS MATERIALIZED (
      SELECT id FROM org_import
       WHERE status = 'RUNNING' AND (${among}::uuid[] IS NULL OR id = ANY(${among}::uuid[]))
    )
    SELECT id FROM running WHERE pg_try_advisory_xact_lock(org_import_lock(id))`;
  return rows.map(({ id }) => id);
}
