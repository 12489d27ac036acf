import type { Tx } from '../../../database/db.ts';
import type { RowWrite } from './rowWrite.ts';
import type { Place } from './writeRows.ts';

/** Replaces the rules of relationship types with those of the release. Rules that stay are not written. */
export async function writeRules(
  tx: Tx,
  { organizationId }: Place,
  writes: readonly RowWrite[],
): Promise<void> {
  const written = writes.filter(({ kind, fields }) => kind === 'RELATIONSHIP_TYPE' && fields.has('rules'));
  const rules = written.flatMap(({ id: type, definition }) =>
    definition.kind === 'RELATIONSHIP_TYPE' ? definition.fields.rules.map((rule) => ({ type, ...rule })) : [],
  );
  const changed = written.filter(({ isNew }) => !isNew).map(({ id }) => id);
  if (changed.length > 0) {
    await tx.$executeRaw`
      DELETE FROM relationship_type_rule x
       WHERE x.relationship_type_id = ANY(${changed}::uuid[])
         AND NOT EXISTS (
           SELECT FROM jsonb_to_recordset(${JSON.stringify(rules)}::jsonb) AS r(type uuid, source uuid, target uuid)
            WHERE r.type = x.relationship_type_id AND r.source = x.source_type_id AND r.target = x.target_type_id
         )`;
  }
  if (rules.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO relationship_type_rule (organization_id, relationship_type_id, source_type_id, target_type_id)
    SELECT ${organizationId}::uuid, type, source, target
      FROM jsonb_to_recordset(${JSON.stringify(rules)}::jsonb) AS r(type uuid, source uuid, target uuid)
        ON CONFLICT DO NOTHING`;
}
