/** The writes of a plan to rows of the vocabulary. */

import type { Definition, ManifestItem } from '../manifest/item.ts';
import { mapReferences } from '../manifest/reference.ts';
import { itemKey } from '../plan/key.ts';
import type { PlanItem } from '../plan/plan.ts';
import type { DefinedRow, RowKind } from '../row/readRows.ts';
import type { Planned } from './readPlan.ts';

/** The new state of a row. References are ids of rows. */
export type RowWrite = {
  readonly id: string;
  readonly kind: RowKind;
  readonly definition: Definition;
  /** The item that the row is compared with. */
  readonly base: ManifestItem;
  readonly isNew: boolean;
  readonly isRestored: boolean;
  /** Whether values of the release are written into the row. */
  readonly isWritten: boolean;
  /** Whether the row differs from the item afterwards. */
  readonly locallyChanged: boolean;
  /** The fields that are written. */
  readonly fields: ReadonlySet<string>;
  /** The slug that the row had before; null for a new row, and for a row that keeps its slug. */
  readonly formerSlug: string | null;
};

const WRITTEN = new Set(['CREATE', 'UPDATE', 'RESTORE', 'ADOPT']);
const RECONCILED = new Set([...WRITTEN, 'UNCHANGED', 'KEEP_LOCAL']);

/**
 * The rows to write. A row that already agrees with its item is left out.
 *
 * @param ids the id of each row to create, by the key of its item
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

/** Whether the columns besides the definition have to change. */
function needsNote(row: DefinedRow, base: ManifestItem, locallyChanged: boolean): boolean {
  return row.base?.hash !== base.hash || row.orphaned || row.locallyChanged !== locallyChanged;
}

/** The definition of the row after the plan has written its fields. */
function written(
  { kind, write }: PlanItem,
  base: ManifestItem,
  row: DefinedRow | undefined,
  rowOfKey: ReadonlyMap<string, string>,
): Definition {
  // A plan writes no reference to an item without a row. If it did, the database would refuse the empty id.
  const { slug, fields } = mapReferences(base, (key) => rowOfKey.get(key) ?? '');
  const taken = Object.entries(fields).filter(([field]) => field in write);
  return {
    kind,
    slug: row && !('slug' in write) ? row.definition.slug : slug,
    fields: { ...row?.definition.fields, ...Object.fromEntries(taken) },
  } as Definition;
}
