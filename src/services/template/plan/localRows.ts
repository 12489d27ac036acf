/** The rows of the organization, each with the item that it stands for. */
import { mapReferences } from '../manifest/reference.ts';
import type { Draft, Values } from './draft.ts';
import type { Binding, LocalRow } from './plan.ts';
import { valuesOf } from './threeWay.ts';

export class LocalRows {
  readonly #draftOf = new Map<string, Draft>();
  readonly #detached: ReadonlyMap<string, string>;

  /**
   * A reference to a detached row still counts as a reference to its item. Otherwise detaching a row would change
   * others.
   */
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

  /** The values of the row, with source keys instead of row ids, so that they can be compared with a manifest. */
  valuesOf(row: LocalRow): Values {
    return valuesOf(mapReferences(row, (id) => this.#sourceKeyOf(id)));
  }

  /** The key of a row that mirrors no item. No item has this key. */
  #sourceKeyOf(rowId: string): string {
    return this.#draftOf.get(rowId)?.sourceKey ?? this.#detached.get(rowId) ?? `row:${rowId}`;
  }
}
