import type { ItemKind } from '../manifest/item.ts';

export function itemKey({
  kind,
  sourceKey,
}: {
  readonly kind: ItemKind;
  readonly sourceKey: string;
}): string {
  return `${kind} ${sourceKey}`;
}

export function slugKey({ kind, slug }: { readonly kind: ItemKind; readonly slug: string }): string {
  return `${kind} ${slug}`;
}
