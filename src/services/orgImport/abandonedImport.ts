/** Ends the imports whose process has died. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Tx } from '../../db.ts';
import { type JobRun, transactFor } from '../port/job.ts';
import { failImports } from './importRecord.ts';

/** An import whose transaction was rolled back notes its failure itself, right after. */
const GRACE_MS = 2_000;

const REASON = 'The server stopped while the import was running. Nothing was written.';

/**
 * Marks imports as FAILED that are RUNNING although no transaction holds them, and returns how many there were. A
 * running import holds its lock from before its start is committed until its transaction ends.
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
