/** What an installation or a resync will do, item by item, and what it is decided from. */
import type { Definition, ItemKind, Json, Manifest, ManifestItem } from '../manifest/item.ts';

/** A row of the organization that receives a release: live or archived, managed or not. */
export type LocalRow = Definition & {
  readonly id: string;
  readonly archivedAt: Date | null;
  /** The installation that manages the row; null for a user's own row. */
  readonly managedBy: string | null;
  /** The item that the row mirrors. Null exactly when managedBy is. */
  readonly sourceKey: string | null;
  /**
   * The item had left the release when the row was last reconciled. An orphaned row that is archived was archived by
   * the installation; a managed row that is archived and not orphaned was archived locally.
   */
  readonly orphaned: boolean;
  /** Data outside the vocabulary refers to the row, such as entities of a type. References between rows don't count. */
  readonly referenced: boolean;
};

/** An item of the release that the installation was told to leave alone. A row is the target of one at most. */
export type Binding = {
  readonly kind: ItemKind;
  readonly sourceKey: string;
  /** The detached row, which still serves what refers to the item; null for an item that was skipped. */
  readonly targetId: string | null;
};

export const RESOLUTIONS = ['ADOPT', 'SKIP'] as const;

/**
 * ADOPT lets the row follow the template: a user's row becomes the installation's as it is; a managed row that
 * changed on both sides takes the release's side. SKIP leaves the release's side out.
 */
export type Resolution = (typeof RESOLUTIONS)[number];

/** Settles the conflict of one item. A resolution of what is not in conflict has no effect. */
export type Resolved = { readonly kind: ItemKind; readonly slug: string; readonly resolution: Resolution };

export type PlanInput = {
  /** Null before the first installation. */
  readonly installationId: string | null;
  /** Uninstalled installations of the same template in the organization: their archived rows are restored. */
  readonly formerInstallationIds: readonly string[];
  /** For each managed row, the item that it was last reconciled with. */
  readonly base: readonly ManifestItem[];
  readonly release: Manifest;
  /** Every row of the four vocabulary kinds, and the installed agent. */
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

/** Why an item has its action. */
export const PLAN_REASONS = [
  /** CREATE: no row mirrors the item yet. */
  'NEW',
  /** UPDATE: the release changed and the row did not. */
  'RELEASE_CHANGED',
  /** UPDATE: the release and the row changed in different fields; the row's own changes are kept. */
  'MERGED',
  /** UPDATE, RESTORE, ARCHIVE: both sides changed, and ADOPT chose the release's. */
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
  /** ADOPT, SKIP, KEEP_LOCAL: a resolution says so, given now or remembered as a binding. */
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
  /** The release's slug; of an item that left the release, the row's. */
  readonly slug: string;
  readonly action: PlanAction;
  readonly reason: PlanReason;
  /** What will change in the row; of a CONFLICT, what ADOPT would change. References are shown as slugs. */
  readonly diff: readonly FieldDiff[];
  /** Where the row will still differ from the release: `before` is the row's value, `after` the release's. */
  readonly kept: readonly FieldDiff[];
  /** The values to write, `slug` among them. References are source keys. */
  readonly write: Readonly<Record<string, Json>>;
  /** The row; null when there is none yet. */
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
  /** The row in the way; null when it is one that this plan would create. */
  readonly rowId: string | null;
  /** What settles it. */
  readonly resolutions: readonly Resolution[];
};

export type Plan = {
  /** Every item of the release and every managed row, once each, sorted as a manifest is. */
  readonly items: readonly PlanItem[];
  readonly conflicts: readonly Conflict[];
  /** SHA-256 of the items and the resolutions as canonical JSON. */
  readonly hash: string;
};
