/** The organization's rows, and which item each of them stands for. */
import { mapReferences } from '../manifest/reference.ts';
import type { Draft, Values } from './draft.ts';
import type { LocalRow } from './plan.ts';
import { valuesOf } from './threeWay.ts';

export class LocalRows {
  readonly #draftOf = new Map<string, Draft>();

  bind(row: LocalRow, draft: Draft): void {
    this.#draftOf.set(row.id, draft);
  }

  draftOf(rowId: string): Draft | undefined {
    return this.#draftOf.get(rowId);
  }

  /** The row's values, with source keys in place of row ids, so that they compare with a manifest's. */
  valuesOf(row: LocalRow): Values {
    return valuesOf(mapReferences(row, (id) => this.#draftOf.get(id)?.sourceKey ?? unboundKey(id)));
  }
}

/** Stands for a row that mirrors no item. No source key looks like it. */
export const unboundKey = (rowId: string): string => `row:${rowId}`;
