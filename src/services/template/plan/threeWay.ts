/**
 * The three-way comparison within one item. Fields merge one by one where they stand for themselves. Fields that only
 * make sense together merge as one unit, so that no row gets a mixture that no author wrote: a prompt of the release
 * beside a schema of the organization, say.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Definition, Fields, ItemKind, Json } from '../manifest/item.ts';
import type { Values } from './draft.ts';

const UNITS: { [Kind in ItemKind]: readonly (readonly (keyof Fields[Kind] | 'slug')[])[] } = {
  AGENT: [['slug'], ['role'], ['description'], ['config']],
  ENTITY_TYPE: [['slug'], ['name'], ['description'], ['metadataSchema']],
  RELATIONSHIP_TYPE: [
    ['slug'],
    ['name'],
    ['description'],
    ['metadataSchema'],
    ['isSymmetric', 'inverse', 'rules'],
  ],
  WATCHER: [
    ['slug'],
    ['name'],
    ['description'],
    ['prompt', 'extractionSchema', 'schedule', 'reactionScript'],
  ],
  CLASSIFIER: [['slug'], ['name'], ['description'], ['attributeKey', 'attributeValues', 'watcher']],
};

export type Comparison = {
  /** Only the release changed these. */
  released: string[];
  /** Only the row changed these. */
  local: string[];
  /** Both changed these, to different values. */
  both: string[];
};

/** Names the fields in which row and release differ, by the side that moved away from the base. */
export function compareThreeWays(
  kind: ItemKind,
  sides: { base: Values | null; release: Values; local: Values },
): Comparison {
  const { base, release, local } = sides;
  const comparison: Comparison = { released: [], local: [], both: [] };
  for (const unit of UNITS[kind]) {
    const different = unit.filter((field) => !isSame(local[field], release[field]));
    if (different.length === 0) continue;
    const moved = (side: Values) => base === null || unit.some((field) => !isSame(side[field], base[field]));
    if (!moved(local)) comparison.released.push(...different);
    else if (!moved(release)) comparison.local.push(...different);
    else comparison.both.push(...different);
  }
  return comparison;
}

/** The fields in which two sides differ. */
export function differingFields(kind: ItemKind, one: Values, other: Values): string[] {
  return UNITS[kind].flat().filter((field) => !isSame(one[field], other[field]));
}

export function valuesOf({ slug, fields }: Definition): Values {
  return { slug, ...(fields as { readonly [field: string]: Json }) };
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return isDeepStrictEqual(one, other);
}
