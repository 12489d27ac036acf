/** The plan of an installation or a resync, item by item, and the input that it is computed from. */
import type { Definition, ItemKind, Json, Manifest, ManifestItem } from '../manifest/item.ts';

/** A row of the organization that receives a release: live or archived, managed or not. */
export type LocalRow = Definition & {
  readonly id: string;
  readonly archivedAt: Date | null;
  /** The installation that manages the row; null for a user's own row. */
  readonly managedBy: string | null;
  /** The key of the item that the row mirrors; null if and only if `managedBy` is null. */
  readonly sourceKey: string | null;
  /**
   * Whether the item had left the release at the last comparison. The installation archived an archived row that is
   * orphaned; the organization archived a managed row that is archived and not orphaned.
   */
  readonly orphaned: boolean;
  /**
   * Whether data outside the vocabulary refers to the row, such as entities of a type. References between rows don't
   * count.
   */
  readonly referenced: boolean;
};

/**
 * An item that the installation leaves out by a resolution or a detachment. A row is the target of at most one binding.
 */
export type Binding = {
  readonly kind: ItemKind;
  readonly sourceKey: string;
  /** The detached row, which references to the item still point to; null for a skipped item. */
  readonly targetId: string | null;
};

export const RESOLUTIONS = ['ADOPT', 'SKIP'] as const;

/**
 * With ADOPT, the installation takes over a user's row without changing it, and a managed row that changed on both
 * sides takes the values of the release. With SKIP, the values of the release are left out.
 */
export type Resolution = (typeof RESOLUTIONS)[number];

/** The resolution of the conflict of one item. It has no effect on an item without a conflict. */
export type Resolved = { readonly kind: ItemKind; readonly slug: string; readonly resolution: Resolution };

export type PlanInput = {
  /** The current installation; null when the template is not installed. */
  readonly installationId: string | null;
  /** Uninstalled installations of the same template in the organization: their archived rows are restored. */
  readonly formerInstallationIds: readonly string[];
  /** For each managed row, the item that it was last compared with. */
  readonly base: readonly ManifestItem[];
  readonly release: Manifest;
  /** All rows of the four kinds of vocabulary, and the installed agent. */
  readonly local: readonly LocalRow[];
  readonly bindings: readonly Binding[];
  readonly resolutions: readonly Resolved[];
};

export const PLAN_ACTIONS = [
  'CREATE',
  'UPDATE',
  'UNCHANGED',
  'ARCHIVE',
  'RESTORE',
  'KEEP_LOCAL',
  'ADOPT',
  'SKIP',
  'ORPHAN',
  'CONFLICT',
] as const;

export type PlanAction = (typeof PLAN_ACTIONS)[number];

/** The reasons for the action of an item. */
export const PLAN_REASONS = [
  /** CREATE: no row mirrors the item yet. */
  'NEW',
  /** UPDATE: the release changed and the row did not. */
  'RELEASE_CHANGED',
  /** UPDATE: the release and the row changed in different fields; the row's own changes are kept. */
  'MERGED',
  /** UPDATE, RESTORE, ARCHIVE: both sides changed, and ADOPT chose the release. */
  'RELEASE_CHOSEN',
  /** UNCHANGED: the row equals the release. */
  'SAME',
  /** UNCHANGED: the item left the release, and the row is archived already. */
  'ARCHIVED_ALREADY',
  /** KEEP_LOCAL, ORPHAN: the row was changed locally. */
  'LOCAL_CHANGED',
  /** KEEP_LOCAL: the row was archived locally. */
  'LOCAL_ARCHIVED',
  /** RESTORE: the item is in the release again. */
  'RETURNED',
  /** ARCHIVE: the item left the release. */
  'LEFT_RELEASE',
  /** ORPHAN: the item left the release, and something still refers to the row. */
  'REFERENCED',
  /** ADOPT, SKIP, KEEP_LOCAL: a resolution chose the action, given now or stored as a binding. */
  'RESOLVED',
  /** SKIP: the row was detached from the installation. */
  'DETACHED',
  /** SKIP: the item refers to one that has no live row in the organization. */
  'DEPENDS_ON_SKIPPED',
  /** CONFLICT: a live row of another owner has the slug. */
  'SLUG_TAKEN',
  /** CONFLICT: an archived row of a user has the slug. */
  'SLUG_ARCHIVED',
  /** CONFLICT: the release and the row changed the same fields to different values. */
  'BOTH_CHANGED',
  /** CONFLICT: the release changed an item whose row was archived locally. */
  'CHANGED_AND_ARCHIVED',
  /** CONFLICT: the item left the release, and the row was changed locally. */
  'REMOVED_AND_CHANGED',
] as const;

export type PlanReason = (typeof PLAN_REASONS)[number];

export type FieldDiff = { readonly field: string; readonly before: Json; readonly after: Json };

export type PlanItem = {
  readonly kind: ItemKind;
  readonly sourceKey: string;
  /** The slug in the release. For an item that left the release, the slug of its row. */
  readonly slug: string;
  readonly action: PlanAction;
  readonly reason: PlanReason;
  /** The changes of the row. For a CONFLICT, those that ADOPT would make. References appear as slugs. */
  readonly diff: readonly FieldDiff[];
  /** The fields that still differ afterwards: `before` is the value of the row, `after` the value of the release. */
  readonly kept: readonly FieldDiff[];
  /** The values to write, including `slug`. References are source keys. */
  readonly write: Readonly<Record<string, Json>>;
  /** The id of the row; null when the item has none yet. */
  readonly targetId: string | null;
};

export type Conflict = {
  readonly kind: ItemKind;
  readonly slug: string;
  readonly reason: PlanReason;
  /** The owner of the conflicting row. */
  readonly owner: 'USER' | 'TEMPLATE';
  /** The installation that owns the conflicting row; null for a user's row. */
  readonly installationId: string | null;
  /** The conflicting row; null when this plan would create it. */
  readonly rowId: string | null;
  /** The resolutions that resolve the conflict. */
  readonly resolutions: readonly Resolution[];
};

export type Plan = {
  /** All items of the release and all managed rows, once each, sorted like a manifest. */
  readonly items: readonly PlanItem[];
  readonly conflicts: readonly Conflict[];
  /** SHA-256 of the items and the resolutions as canonical JSON. */
  readonly hash: string;
};
