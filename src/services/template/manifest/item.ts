/** The manifest of a release: all items that an installation mirrors, as plain JSON. */

/** The kinds in the order of installation. An item refers only to items of its own kind or of an earlier kind. */
export const ITEM_KINDS = ['AGENT', 'ENTITY_TYPE', 'RELATIONSHIP_TYPE', 'WATCHER', 'CLASSIFIER'] as const;

export type ItemKind = (typeof ITEM_KINDS)[number];

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * The fields of an item, by kind. `inverse`, `watcher` and both ends of a rule are references. In a manifest a
 * reference is a source key; in a row it is the id of a row of the same organization.
 */
export type Fields = {
  AGENT: { role: string; description: string | null; config: Json };
  ENTITY_TYPE: { name: string; description: string | null; metadataSchema: Json };
  RELATIONSHIP_TYPE: {
    name: string;
    description: string | null;
    metadataSchema: Json;
    isSymmetric: boolean;
    inverse: string | null;
    rules: readonly Rule[];
  };
  WATCHER: {
    name: string;
    description: string | null;
    prompt: string;
    extractionSchema: Json;
    schedule: string | null;
    reactionScript: string | null;
  };
  CLASSIFIER: {
    name: string;
    description: string | null;
    attributeKey: string;
    attributeValues: Json;
    watcher: string | null;
  };
};

/** Entities of the source type may be related to entities of the target type. */
export type Rule = { readonly source: string; readonly target: string };

/** The definition of one row. The kind determines the fields. The agent of a release has the slug `agent`. */
export type Definition = {
  [Kind in ItemKind]: { readonly kind: Kind; readonly slug: string; readonly fields: Readonly<Fields[Kind]> };
}[ItemKind];

export type ManifestItem = Definition & {
  /** The id of the source row. Unlike the slug, it does not change. */
  readonly sourceKey: string;
  /** SHA-256 of kind, slug and fields as canonical JSON. */
  readonly hash: string;
};

export type Manifest = {
  /** Sorted by kind as in ITEM_KINDS, then by slug and source key. */
  readonly items: readonly ManifestItem[];
  /** SHA-256 of the items as canonical JSON. */
  readonly hash: string;
};
