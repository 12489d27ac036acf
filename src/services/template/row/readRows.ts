import { Prisma } from '../../../../prisma/client/client.ts';
import type { Tx } from '../../../database/db.ts';
import {
  type ClassifierRow,
  classifierDefinition,
  type EntityTypeRow,
  entityTypeDefinition,
  type RelationshipTypeRow,
  relationshipTypeDefinition,
  type WatcherRow,
  watcherDefinition,
} from '../manifest/definition.ts';
import type { Definition, ItemKind, ManifestItem } from '../manifest/item.ts';

/** The kinds that have rows of the vocabulary. The agent is hired instead. */
export type RowKind = Exclude<ItemKind, 'AGENT'>;

/** A live or archived row of the vocabulary with its definition. References are ids of rows. */
export type DefinedRow = {
  readonly id: string;
  readonly kind: RowKind;
  readonly definition: Definition;
  /** The agent that the row belongs to; null when it belongs to none. */
  readonly agentId: string | null;
  readonly archivedAt: Date | null;
  /** The installation that manages the row; null for the organization's own row. Null together with the next two. */
  readonly installationId: string | null;
  readonly sourceKey: string | null;
  /** The item that the row was last compared with. */
  readonly base: ManifestItem | null;
  readonly orphaned: boolean;
  readonly locallyChanged: boolean;
};

type Read = Omit<DefinedRow, 'definition'> & { content: unknown };

const DEFINITION: { [Kind in RowKind]: (content: never) => Definition } = {
  ENTITY_TYPE: (row: EntityTypeRow) => entityTypeDefinition(row),
  RELATIONSHIP_TYPE: (row: RelationshipTypeRow) => relationshipTypeDefinition(row),
  WATCHER: (row: WatcherRow) => watcherDefinition(row),
  CLASSIFIER: (row: ClassifierRow) => classifierDefinition(row),
};

const COLUMNS = Prisma.raw(`
  t.id, t.agent_id AS "agentId", t.archived_at AS "archivedAt", t.installation_id AS "installationId",
  t.source_key AS "sourceKey", t.base, t.orphaned, t.locally_changed AS "locallyChanged",
  jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name, 'description', t.description)`);

/** Reads all rows of an organization in one statement, so that they come from one snapshot. */
export async function readRows(tx: Pick<Tx, '$queryRaw'>, organizationId: string): Promise<DefinedRow[]> {
  const rows = await tx.$queryRaw<Read[]>`
    SELECT 'ENTITY_TYPE' AS kind, ${COLUMNS} || jsonb_build_object('metadataSchema', t.metadata_schema) AS content
      FROM entity_type t WHERE t.organization_id = ${organizationId}::uuid
    UNION ALL
    SELECT 'RELATIONSHIP_TYPE', ${COLUMNS} || jsonb_build_object(
             'metadataSchema', t.metadata_schema, 'isSymmetric', t.is_symmetric, 'inverseId', t.inverse_id,
             'rules', coalesce(r.rules, '[]')
           )
      FROM relationship_type t
      LEFT JOIN (
        SELECT relationship_type_id,
               jsonb_agg(jsonb_build_object('sourceTypeId', source_type_id, 'targetTypeId', target_type_id)) AS rules
          FROM relationship_type_rule WHERE organization_id = ${organizationId}::uuid GROUP BY relationship_type_id
      ) r ON r.relationship_type_id = t.id
     WHERE t.organization_id = ${organizationId}::uuid
    UNION ALL
    SELECT 'WATCHER', ${COLUMNS} || jsonb_build_object(
             'prompt', v.prompt, 'extractionSchema', v.extraction_schema, 'reactionScript', v.reaction_script,
             'schedule', t.schedule
           )
      FROM watcher t JOIN watcher_version v ON v.id = t.current_version_id
     WHERE t.organization_id = ${organizationId}::uuid
    UNION ALL
    SELECT 'CLASSIFIER', ${COLUMNS} || jsonb_build_object(
             'attributeKey', v.attribute_key, 'attributeValues', v.attribute_values, 'watcherId', t.watcher_id
           )
      FROM classifier t JOIN classifier_version v ON v.id = t.current_version_id
     WHERE t.organization_id = ${organizationId}::uuid`;
  return rows.map(({ content, ...row }) => ({ ...row, definition: DEFINITION[row.kind](content as never) }));
}
