/**
 * The three-way comparison within one item. Independent fields merge one by one. Fields that depend on each other merge
 * as one unit; otherwise a row could get a mixture that no author wrote, such as a prompt of the release with a schema
 * of the organization.
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
  /** The fields that only the release changed. */
  released: string[];
  /** The fields that only the row changed. */
  local: string[];
  /** The fields that both changed, to different values. */
  both: string[];
};

/** The fields in which the row and the release differ, grouped by the side that differs from the base. */
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

/** The fields in which two definitions differ. */
export function differingFields(kind: ItemKind, one: Values, other: Values): string[] {
  return UNITS[kind].flat().filter((field) => !isSame(one[field], other[field]));
}

export function valuesOf({ slug, fields }: Definition): Values {
  return { slug, ...(fields as { readonly [field: string]: Json }) };
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return isDeepStrictEqual(one, other);
}
