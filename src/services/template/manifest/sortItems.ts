import { ITEM_KINDS, type ItemKind } from './item.ts';

type Sortable = { readonly kind: ItemKind; readonly slug: string; readonly sourceKey: string };

const RANK = Object.fromEntries(ITEM_KINDS.map((kind, rank) => [kind, rank])) as Record<ItemKind, number>;

/** A copy sorted by kind, so that an item comes after the kinds that it refers to, then by slug and source key. */
export function sortItems<Item extends Sortable>(items: readonly Item[]): Item[] {
  return [...items].sort(
    (a, b) => RANK[a.kind] - RANK[b.kind] || compare(a.slug, b.slug) || compare(a.sourceKey, b.sourceKey),
  );
}

/** Compares by code unit. The order of a locale differs between machines, and every hash would differ with it. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
