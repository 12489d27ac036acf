/** What a plan writes into rows of the vocabulary. */

import type { Definition, ManifestItem } from '../manifest/item.ts';
import { mapReferences } from '../manifest/reference.ts';
import { itemKey } from '../plan/key.ts';
import type { PlanItem } from '../plan/plan.ts';
import type { DefinedRow, RowKind } from '../row/readRows.ts';
import type { Planned } from './readPlan.ts';

/** A row as it is to be. References are ids of rows. */
export type RowWrite = {
  readonly id: string;
  readonly kind: RowKind;
  readonly definition: Definition;
  /** The item that it is reconciled with. */
  readonly base: ManifestItem;
  readonly isNew: boolean;
  readonly isRestored: boolean;
  /** Whether the release's values are written into it. */
  readonly isWritten: boolean;
  /** Whether it differs from the item afterwards. */
  readonly locallyChanged: boolean;
  /** The fields that are written. */
  readonly fields: ReadonlySet<string>;
  /** Its slug until now; null for a row that has none yet or gives none up. */
  readonly formerSlug: string | null;
};

const WRITTEN = new Set(['CREATE', 'UPDATE', 'RESTORE', 'ADOPT']);
const RECONCILED = new Set([...WRITTEN, 'UNCHANGED', 'KEEP_LOCAL']);

/**
 * The rows to write, and no others: a row that its item agrees with already is not touched.
 *
 * @param ids an id for each row that is created, by its item's key
 */
export function rowWrites({ plan, release, rows }: Planned, ids: ReadonlyMap<string, string>): RowWrite[] {
  const rowById = new Map(rows.map((row) => [row.id, row]));
  const released = new Map(release.manifest.items.map((item) => [itemKey(item), item]));
  const rowOfKey = new Map(
    plan.items.map((item) => [item.sourceKey, item.targetId ?? ids.get(itemKey(item)) ?? '']),
  );
  return plan.items.flatMap((item) => {
    const base = released.get(itemKey(item));
    if (item.kind === 'AGENT' || !base || !RECONCILED.has(item.action)) return [];
    const row = item.targetId === null ? undefined : rowById.get(item.targetId);
    const locallyChanged = item.kept.length > 0;
    if (!WRITTEN.has(item.action) && row && !needsNote(row, base, locallyChanged)) return [];
    const definition = written(item, base, row, rowOfKey);
    return [
      {
        id: row?.id ?? rowOfKey.get(item.sourceKey) ?? '',
        kind: item.kind,
        definition,
        base,
        isNew: item.action === 'CREATE',
        isRestored: item.action === 'RESTORE',
        isWritten: Object.keys(item.write).length > 0,
        locallyChanged,
        fields: new Set(Object.keys(item.write)),
        formerSlug: item.action === 'UPDATE' && 'slug' in item.write ? (row?.definition.slug ?? null) : null,
      },
    ];
  });
}

/** Whether what is noted beside the definition has to change. */
function needsNote(row: DefinedRow, base: ManifestItem, locallyChanged: boolean): boolean {
  return row.base?.hash !== base.hash || row.orphaned || row.locallyChanged !== locallyChanged;
}

/** The row's definition with the fields over it that the plan writes. */
function written(
  { kind, write }: PlanItem,
  base: ManifestItem,
  row: DefinedRow | undefined,
  rowOfKey: ReadonlyMap<string, string>,
): Definition {
  // A plan writes no reference to an item without a row. If it did, no id would be refused by the database.
  const { slug, fields } = mapReferences(base, (key) => rowOfKey.get(key) ?? '');
  const taken = Object.entries(fields).filter(([field]) => field in write);
  return {
    kind,
    slug: row && !('slug' in write) ? row.definition.slug : slug,
    fields: { ...row?.definition.fields, ...Object.fromEntries(taken) },
  } as Definition;
}
