/** Turns a settled draft into an item of the plan. */
import type { Definition, Json } from '../manifest/item.ts';
import { mapReferences } from '../manifest/reference.ts';
import type { Draft, Values } from './draft.ts';
import type { LocalRows } from './localRows.ts';
import type { Conflict, FieldDiff, PlanItem } from './plan.ts';
import { differingFields, valuesOf } from './threeWay.ts';

/** Returns the slug for a reference, which is a source key in a release and a row's id in a row. */
export type Labels = {
  readonly ofSourceKey: (sourceKey: string) => string;
  readonly ofRow: (rowId: string) => string;
};

export function planItem(draft: Draft, rows: LocalRows, labels: Labels): PlanItem {
  const { kind, sourceKey, slug, release, row, outcome } = draft;
  const { action, reason, take } = outcome;
  // The comparison of an adopted row needs every row bound to its item, because references compare by source key.
  const keep =
    action === 'ADOPT' && row && release
      ? differingFields(kind, rows.valuesOf(row), valuesOf(release))
      : outcome.keep;
  const before = row && labelled(row, labels.ofRow);
  const after = release && labelled(release, labels.ofSourceKey);
  const values = release ? valuesOf(release) : {};
  return {
    ...{ kind, sourceKey, slug, action, reason },
    diff: take.map((field) => fieldDiff(field, before, after)),
    kept: keep.map((field) => fieldDiff(field, before, after)),
    write:
      action === 'CONFLICT' ? {} : Object.fromEntries(take.map((field) => [field, values[field] ?? null])),
    targetId: row?.id ?? null,
  };
}

export function conflictOf({ kind, slug, outcome: { reason, conflict } }: Draft): Conflict[] {
  return conflict ? [{ kind, slug, reason, ...conflict }] : [];
}

function labelled(definition: Definition, label: (reference: string) => string): Values {
  return valuesOf(mapReferences(definition, label));
}

function fieldDiff(field: string, before: Values | null, after: Values | null): FieldDiff {
  const value = (values: Values | null): Json => values?.[field] ?? null;
  return { field, before: value(before), after: value(after) };
}
