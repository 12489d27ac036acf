/** The row of an import and its events. Each import starts once and ends once. */
import type { Prisma } from '../../../prisma/client/client.ts';
import type { Database, Tx } from '../../database/db.ts';
import { type Author, recordStructureEvents } from '../act/structureEvent.ts';
import type { OrgDocument } from './document/document.ts';
import type { ImportWarning } from './environment.ts';
import type { OrgImportMode, OrgImportPlan } from './plan/plan.ts';

export type ImportStart = {
  importId: string;
  organizationId: string;
  document: OrgDocument;
  mode: OrgImportMode;
  warnings: ImportWarning[];
};

/** Takes the lock that shows the sweep of abandoned imports that the import is running, until the transaction ends. */
export async function holdImport(tx: Tx, importId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(org_import_lock(${importId}::uuid))`;
}

/** Returns a new id. The import is locked before its row exists, so it needs its id first. */
export async function newImportId(tx: Tx): Promise<string> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`SELECT uuid_v7() AS id`;
  if (!row) throw new Error('The database returned no id.');
  return row.id;
}

/** Commits the start in a transaction of its own, so that it is kept when the import fails. */
export async function startImport(
  db: Database,
  author: Author,
  { importId, organizationId, document, mode, warnings }: ImportStart,
): Promise<void> {
  const { viewer, requestId } = author;
  await db.transact({ actor: viewer, requestId }, async (tx) => {
    await tx.orgImport.create({
      data: {
        id: importId,
        organizationId,
        name: document.name,
        mode,
        warnings,
        spec: document.spec as Prisma.InputJsonObject,
        requestedByKind: viewer.kind,
        requestedById: viewer.id,
        requestedByName: viewer.name,
        requestId,
      },
    });
    await recordStructureEvents(tx, author, [
      {
        organizationId,
        type: 'org.import.started',
        subject: { type: 'OrgImport', id: importId },
        payload: { name: document.name, mode },
        importId,
      },
    ]);
  });
}

/** @throws Error when the sweep has marked the import as FAILED, because it found no lock */
export async function completeImport(
  tx: Tx,
  author: Author,
  importId: string,
  { hash, counts }: OrgImportPlan,
  provisionedCount: number,
): Promise<void> {
  const ended = await tx.$queryRaw<EndedImport[]>`
    UPDATE org_import
       SET status = 'COMPLETED', finished_at = clock_timestamp(), plan_hash = ${hash},
           duration_ms = extract(epoch FROM clock_timestamp() - started_at) * 1000,
           created_count = ${counts.created}, skipped_count = ${counts.skipped}, updated_count = ${counts.updated},
           moved_count = ${counts.moved}, removed_count = ${counts.removed}, provisioned_count = ${provisionedCount}
     WHERE id = ${importId}::uuid AND status = 'RUNNING'
    RETURNING *`;
  if (ended.length === 0) throw new Error('The import was marked as failed while it was running.');
  await recordEnd(tx, author, 'org.import.completed', ended);
}

/** Marks the imports that have not ended as FAILED, and returns their number. */
export async function failImports(
  tx: Tx,
  author: Author,
  importIds: string[],
  reason: string,
): Promise<number> {
  const ended = await tx.$queryRaw<EndedImport[]>`
    UPDATE org_import
       SET status = 'FAILED', finished_at = clock_timestamp(), error = ${reason},
           duration_ms = extract(epoch FROM clock_timestamp() - started_at) * 1000
     WHERE id = ANY(${importIds}::uuid[]) AND status = 'RUNNING'
    RETURNING *`;
  await recordEnd(tx, author, 'org.import.failed', ended);
  return ended.length;
}

type EndedImport = {
  id: string;
  organization_id: string;
  name: string;
  mode: OrgImportMode;
  created_count: number;
  skipped_count: number;
  updated_count: number;
  moved_count: number;
  removed_count: number;
  duration_ms: number;
  error: string | null;
};

async function recordEnd(
  tx: Tx,
  author: Author,
  type: 'org.import.completed' | 'org.import.failed',
  imports: EndedImport[],
): Promise<void> {
  await recordStructureEvents(
    tx,
    author,
    imports.map(({ id, organization_id, name, mode, removed_count, ...row }) => ({
      organizationId: organization_id,
      type,
      subject: { type: 'OrgImport', id },
      payload: {
        name,
        mode,
        created_count: row.created_count,
        skipped_count: row.skipped_count,
        updated_count: row.updated_count,
        moved_count: row.moved_count,
        reconcile_removed_count: removed_count,
        duration_ms: row.duration_ms,
        error: row.error,
      },
      importId: id,
    })),
  );
}
