import { ITEM_KINDS, type ItemKind } from './item.ts';

type Sortable = { readonly kind: ItemKind; readonly slug: string; readonly sourceKey: string };

const RANK = Object.fromEntries(ITEM_KINDS.map((kind, rank) => [kind, rank])) as Record<ItemKind, number>;

/** A copy sorted by kind, so that what is referred to comes first, then by slug and source key. */
export function sortItems<Item extends Sortable>(items: readonly Item[]): Item[] {
  return [...items].sort(
    (a, b) => RANK[a.kind] - RANK[b.kind] || compare(a.slug, b.slug) || compare(a.sourceKey, b.sourceKey),
  );
}

/** By code unit: a locale's order would differ between machines, and with it every hash. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
