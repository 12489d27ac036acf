import type { Fault } from './fault.ts';
import type { ItemKind, Manifest, ManifestItem } from './item.ts';
import { ITEM_RULES } from './itemRule.ts';
import { needFaults } from './need.ts';
import { referencesOf } from './reference.ts';

const MAX_ITEMS = 2_000;

const MAX_BYTES = 8 * 1_048_576;

const NOUN: Record<ItemKind, string> = {
  AGENT: 'an agent',
  ENTITY_TYPE: 'an entity type',
  RELATIONSHIP_TYPE: 'a relationship type',
  WATCHER: 'a watcher',
  CLASSIFIER: 'a classifier',
};

/** All faults that prevent the publication of a manifest. A valid manifest has none. */
export function validateManifest({ items }: Manifest): Fault[] {
  if (items.length > MAX_ITEMS) return [{ path: 'items', message: `must be at most ${MAX_ITEMS}` }];
  const agents = items.filter(({ kind }) => kind === 'AGENT').length;
  const bytes = Buffer.byteLength(JSON.stringify(items));
  return [
    ...(agents === 1 ? [] : [{ path: 'AGENT', message: 'must be there exactly once' }]),
    ...(bytes <= MAX_BYTES
      ? []
      : [{ path: 'items', message: `must have at most ${MAX_BYTES} bytes as JSON` }]),
    ...items.flatMap(itemFaults),
    ...needFaults(items),
    ...duplicateFaults(items, 'slug'),
    ...duplicateFaults(items, 'sourceKey'),
    ...referenceFaults(items),
  ];
}

function itemFaults(item: ManifestItem): Fault[] {
  const parsed = ITEM_RULES[item.kind].safeParse({ slug: item.slug, ...item.fields });
  return (parsed.error?.issues ?? []).map(({ path, message }) => ({
    path: pathOf(item, path.join('.')),
    message,
  }));
}

function duplicateFaults(items: readonly ManifestItem[], property: 'slug' | 'sourceKey'): Fault[] {
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const key = `${item.kind} ${item[property]}`;
    const isDuplicate = seen.has(key) && item[property] !== '';
    seen.add(key);
    return isDuplicate
      ? [{ path: pathOf(item, property), message: `must not be that of two items of one kind` }]
      : [];
  });
}

/** An installation cannot read the source organization, so a release must contain every item that it refers to. */
function referenceFaults(items: readonly ManifestItem[]): Fault[] {
  const keys = new Set(items.map(({ kind, sourceKey }) => `${kind} ${sourceKey}`));
  return items.flatMap((item) =>
    referencesOf(item)
      .filter(({ kind, to }) => !keys.has(`${kind} ${to}`))
      .map(({ kind, path }) => ({
        path: pathOf(item, path),
        message: `must refer to ${NOUN[kind]} of the same release`,
      })),
  );
}

/** Names the item by its slug, which people know, or by its source key when it has no slug. */
function pathOf({ kind, slug, sourceKey }: ManifestItem, within: string): string {
  return [kind, slug || sourceKey, within].filter((part) => part !== '').join('.');
}
