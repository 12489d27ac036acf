/** Writes new versions of changed watchers and classifiers. Earlier versions stay, because windows refer to them. */
import type { Tx } from '../../../database/db.ts';
import type { RowWrite } from './rowWrite.ts';
import type { Place } from './writeRows.ts';

/** The id of the version that each write creates. */
export type VersionIds = ReadonlyMap<RowWrite, string>;

/** The fields that a version holds. */
const VERSIONED: { readonly [kind: string]: readonly string[] } = {
  WATCHER: ['prompt', 'extractionSchema', 'reactionScript'],
  CLASSIFIER: ['attributeKey', 'attributeValues'],
};

/** Chooses the ids of new versions before the rows are written, because a row and its version refer to each other. */
export async function versionIds(tx: Tx, writes: readonly RowWrite[]): Promise<VersionIds> {
  const versioned = writes.filter(({ kind, fields }) => VERSIONED[kind]?.some((field) => fields.has(field)));
  const ids = await newIds(tx, versioned.length);
  return new Map(versioned.map((write, index) => [write, ids[index] ?? '']));
}

/** Lets the database generate ids, so that they sort by the time of their creation. */
export async function newIds(tx: Tx, count: number): Promise<string[]> {
  if (count === 0) return [];
  const rows = await tx.$queryRaw<
    { id: string }[]
  >`SELECT uuid_v7() AS id FROM generate_series(1, ${count}::int)`;
  return rows.map(({ id }) => id);
}

export async function writeWatcherVersions(
  tx: Tx,
  { organizationId }: Place,
  versions: VersionIds,
): Promise<void> {
  const rows = [...versions].flatMap(([{ id: watcher_id, definition }, id]) => {
    if (definition.kind !== 'WATCHER') return [];
    const { prompt, extractionSchema, reactionScript } = definition.fields;
    return [{ id, watcher_id, prompt, extraction_schema: extractionSchema, reaction_script: reactionScript }];
  });
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO watcher_version (id, organization_id, watcher_id, prompt, extraction_schema, reaction_script)
    SELECT id, ${organizationId}::uuid, watcher_id, prompt, extraction_schema, reaction_script
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(
        id uuid, watcher_id uuid, prompt text, extraction_schema jsonb, reaction_script text
      )`;
}

export async function writeClassifierVersions(
  tx: Tx,
  { organizationId }: Place,
  versions: VersionIds,
): Promise<void> {
  const rows = [...versions].flatMap(([{ id: classifier_id, definition }, id]) => {
    if (definition.kind !== 'CLASSIFIER') return [];
    const { attributeKey, attributeValues } = definition.fields;
    return [{ id, classifier_id, attribute_key: attributeKey, attribute_values: attributeValues }];
  });
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO classifier_version (id, organization_id, classifier_id, attribute_key, attribute_values)
    SELECT id, ${organizationId}::uuid, classifier_id, attribute_key, attribute_values
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(
        id uuid, classifier_id uuid, attribute_key text, attribute_values jsonb
      )`;
}
