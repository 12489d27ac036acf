/**
 * Writes a plan into rows of the vocabulary. The number of statements does not depend on the number of items. Rows that
 * leave are archived and slugs are released before other rows take the slugs, and rows are inserted before other rows
 * refer to them.
 */
import { Prisma } from '../../../../prisma/client/client.ts';
import type { Tx } from '../../../database/db.ts';
import type { ItemKind } from '../manifest/item.ts';
import { slugKey } from '../plan/key.ts';
import type { Plan } from '../plan/plan.ts';
import type { RowKind } from '../row/readRows.ts';
import { COLUMNS, columnsOf, TABLE } from './rowColumn.ts';
import type { RowWrite } from './rowWrite.ts';
import { writeRules } from './writeRules.ts';
import { versionIds, writeClassifierVersions, writeWatcherVersions } from './writeVersions.ts';

/** The ids that all written rows share. */
export type Place = {
  readonly organizationId: string;
  readonly installationId: string;
  readonly releaseId: string;
  readonly agentId: string;
};

/** A kind comes after the kinds that it refers to. */
const KINDS: readonly RowKind[] = ['ENTITY_TYPE', 'RELATIONSHIP_TYPE', 'WATCHER', 'CLASSIFIER'];

export async function writeRows(
  tx: Tx,
  place: Place,
  plan: Plan,
  writes: readonly RowWrite[],
): Promise<void> {
  for (const kind of KINDS) await retire(tx, kind, plan);
  for (const kind of KINDS) await giveUpSlugs(tx, kind, writes);
  const versions = await versionIds(tx, writes);
  const rowsOf = (kind: RowKind, isNew: boolean) =>
    writes
      .filter((write) => write.kind === kind && write.isNew === isNew)
      .map((write) => columnsOf(write, versions.get(write)));
  for (const kind of KINDS) await insert(tx, kind, place, rowsOf(kind, true));
  await writeWatcherVersions(tx, place, versions);
  await writeClassifierVersions(tx, place, versions);
  for (const kind of KINDS) await update(tx, kind, place, rowsOf(kind, false));
  await writeRules(tx, place, writes);
}

/** Archives the rows of items that left the release, and marks them and the rows that stay as orphaned. */
async function retire(tx: Tx, kind: ItemKind & RowKind, { items }: Plan): Promise<void> {
  const leaving = items.filter((item) => item.kind === kind && item.targetId !== null);
  const idsOf = (action: string) =>
    leaving.flatMap((item) => (item.action === action && item.targetId !== null ? [item.targetId] : []));
  const [archived, orphaned] = [idsOf('ARCHIVE'), idsOf('ORPHAN')];
  if (archived.length + orphaned.length === 0) return;
  await tx.$executeRaw`
    UPDATE ${TABLE[kind]}
       SET orphaned = true, mirrored_at = now(),
           archived_at = CASE WHEN id = ANY(${archived}::uuid[]) THEN now() ELSE archived_at END
     WHERE id = ANY(${archived}::uuid[]) OR (id = ANY(${orphaned}::uuid[]) AND NOT orphaned)`;
}

/**
 * Two rows cannot swap slugs in one statement, because the unique index on live slugs is checked for each row. So a row
 * whose slug another row takes first gets a temporary slug.
 */
async function giveUpSlugs(tx: Tx, kind: RowKind, writes: readonly RowWrite[]): Promise<void> {
  const taken = new Set(
    writes.filter(({ fields }) => fields.has('slug')).map(({ definition }) => slugKey(definition)),
  );
  const givers = writes.filter(
    (write) =>
      write.kind === kind &&
      write.formerSlug !== null &&
      taken.has(slugKey({ kind, slug: write.formerSlug })),
  );
  if (givers.length === 0) return;
  await tx.$executeRaw`
    UPDATE ${TABLE[kind]} SET slug = 'moving-' || replace(id::text, '-', ''), mirrored_at = now()
     WHERE id = ANY(${givers.map(({ id }) => id)}::uuid[])`;
}

async function insert(tx: Tx, kind: RowKind, place: Place, rows: object[]): Promise<void> {
  if (rows.length === 0) return;
  const names = Prisma.raw(COLUMNS[kind].map(({ name }) => name).join(', '));
  await tx.$executeRaw`
    INSERT INTO ${TABLE[kind]} (
      id, organization_id, agent_id, installation_id, source_release_id, mirrored_at, last_writer, source_key, base,
      locally_changed, ${names}
    )
    SELECT id, ${place.organizationId}::uuid, ${place.agentId}::uuid, ${place.installationId}::uuid,
           ${place.releaseId}::uuid, now(), 'TEMPLATE', source_key, base, locally_changed, ${names}
      FROM ${recordset(kind, rows)}`;
}

async function update(tx: Tx, kind: RowKind, place: Place, rows: object[]): Promise<void> {
  if (rows.length === 0) return;
  const assignments = COLUMNS[kind].map(({ name, isOptional }) =>
    isOptional ? `${name} = coalesce(r.${name}, t.${name})` : `${name} = r.${name}`,
  );
  await tx.$executeRaw`
    UPDATE ${TABLE[kind]} t
       SET installation_id = ${place.installationId}::uuid, source_release_id = ${place.releaseId}::uuid,
           mirrored_at = now(), source_key = r.source_key, base = r.base, locally_changed = r.locally_changed,
           orphaned = false,
           archived_at = CASE WHEN r.is_restored THEN NULL ELSE t.archived_at END,
           last_writer = CASE WHEN r.is_written THEN 'TEMPLATE' ELSE t.last_writer END,
           ${Prisma.raw(assignments.join(', '))}
      FROM ${recordset(kind, rows)}
     WHERE t.id = r.id AND t.organization_id = ${place.organizationId}::uuid`;
}

function recordset(kind: RowKind, rows: object[]): Prisma.Sql {
  const columns = COLUMNS[kind].map(({ name, type }) => `${name} ${type}`).join(', ');
  return Prisma.sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(
    id uuid, source_key text, base jsonb, locally_changed boolean, is_restored boolean, is_written boolean,
    ${Prisma.raw(columns)}
  )`;
}
