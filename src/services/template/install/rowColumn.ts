/** The columns that hold a definition, by kind. Rules and the content of versions are in tables of their own. */
import { Prisma } from '../../../../prisma/client/client.ts';
import type { Definition } from '../manifest/item.ts';
import type { RowKind } from '../row/readRows.ts';
import type { RowWrite } from './rowWrite.ts';

type Column = {
  readonly name: string;
  readonly type: string;
  /** Whether an update without a value keeps the value of the column. */
  readonly isOptional?: boolean;
};

export const TABLE: { [Kind in RowKind]: Prisma.Sql } = {
  ENTITY_TYPE: Prisma.raw('entity_type'),
  RELATIONSHIP_TYPE: Prisma.raw('relationship_type'),
  WATCHER: Prisma.raw('watcher'),
  CLASSIFIER: Prisma.raw('classifier'),
};

const COMMON: readonly Column[] = [
  { name: 'slug', type: 'text' },
  { name: 'name', type: 'text' },
  { name: 'description', type: 'text' },
];

const CURRENT_VERSION: Column = { name: 'current_version_id', type: 'uuid', isOptional: true };

export const COLUMNS: { [Kind in RowKind]: readonly Column[] } = {
  ENTITY_TYPE: [...COMMON, { name: 'metadata_schema', type: 'jsonb' }],
  RELATIONSHIP_TYPE: [
    ...COMMON,
    { name: 'metadata_schema', type: 'jsonb' },
    { name: 'is_symmetric', type: 'boolean' },
    { name: 'inverse_id', type: 'uuid' },
  ],
  WATCHER: [...COMMON, { name: 'schedule', type: 'text' }, CURRENT_VERSION],
  CLASSIFIER: [...COMMON, { name: 'watcher_id', type: 'uuid' }, CURRENT_VERSION],
};

/** @param versionId the new current version; undefined when the write creates none */
export function columnsOf(
  { id, definition, base, isRestored, isWritten, locallyChanged }: RowWrite,
  versionId: string | undefined,
): Record<string, unknown> {
  return {
    ...{ id, base, source_key: base.sourceKey, locally_changed: locallyChanged },
    ...{ is_restored: isRestored, is_written: isWritten },
    ...{ slug: definition.slug, current_version_id: versionId, ...contentOf(definition) },
  };
}

function contentOf({ kind, fields }: Definition): Record<string, unknown> {
  const common = { name: 'name' in fields ? fields.name : '', description: fields.description };
  switch (kind) {
    case 'AGENT':
      return common;
    case 'ENTITY_TYPE':
      return { ...common, metadata_schema: fields.metadataSchema };
    case 'RELATIONSHIP_TYPE': {
      const { metadataSchema, isSymmetric, inverse } = fields;
      return {
        ...common,
        metadata_schema: metadataSchema,
        is_symmetric: isSymmetric,
        inverse_id: inverse,
      };
    }
    case 'WATCHER':
      return { ...common, schedule: fields.schedule };
    case 'CLASSIFIER':
      return { ...common, watcher_id: fields.watcher };
  }
}
