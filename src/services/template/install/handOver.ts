import type { Tx } from '../../../database/db.ts';
import type { RowKind } from '../row/readRows.ts';
import { TABLE } from './rowColumn.ts';

const KINDS = Object.keys(TABLE) as RowKind[];

/** Detaches rows from their installation. Their definitions, versions and windows do not change. */
export async function handOver(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  for (const kind of KINDS) {
    await tx.$executeRaw`
      UPDATE ${TABLE[kind]}
         SET installation_id = NULL, source_key = NULL, source_release_id = NULL, mirrored_at = NULL, base = NULL,
             locally_changed = false, orphaned = false
       WHERE id = ANY(${ids}::uuid[])`;
  }
}

/** Archives rows and keeps their provenance, by which a later installation of the template restores them. */
export async function archiveRows(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  for (const kind of KINDS) {
    await tx.$executeRaw`
      UPDATE ${TABLE[kind]} SET archived_at = now(), orphaned = true, mirrored_at = now()
       WHERE id = ANY(${ids}::uuid[])`;
  }
}
