/** The organization's rows, and which item each of them stands for. */
import { mapReferences } from '../manifest/reference.ts';
import type { Draft, Values } from './draft.ts';
import type { Binding, LocalRow } from './plan.ts';
import { valuesOf } from './threeWay.ts';

export class LocalRows {
  readonly #draftOf = new Map<string, Draft>();
  readonly #detached: ReadonlyMap<string, string>;

  /** A reference to a detached row is still a reference to its item: detaching one row changes no other. */
  constructor(bindings: readonly Binding[]) {
    this.#detached = new Map(
      bindings.flatMap(({ targetId, sourceKey }) => (targetId === null ? [] : [[targetId, sourceKey]])),
    );
  }

  bind(row: LocalRow, draft: Draft): void {
    this.#draftOf.set(row.id, draft);
  }

  draftOf(rowId: string): Draft | undefined {
    return this.#draftOf.get(rowId);
  }

  /** The row's values, with source keys in place of row ids, so that they compare with a manifest's. */
  valuesOf(row: LocalRow): Values {
    return valuesOf(mapReferences(row, (id) => this.#sourceKeyOf(id)));
  }

  /** A row that mirrors no item gets a key that no item has. */
  #sourceKeyOf(rowId: string): string {
    return this.#draftOf.get(rowId)?.sourceKey ?? this.#detached.get(rowId) ?? `row:${rowId}`;
  }
}
