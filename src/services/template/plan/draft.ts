/** An item of an unfinished plan: an item of the release, the row that mirrors it, or both. */
import type { ItemKind, Json, ManifestItem } from '../manifest/item.ts';
import type { Conflict, LocalRow, PlanAction, PlanReason, Resolution } from './plan.ts';

/** The values of the fields of an item and its slug. References are source keys. */
export type Values = Readonly<Record<string, Json>>;

export type Outcome = {
  action: PlanAction;
  reason: PlanReason;
  /** The fields that get the value of the release. For a CONFLICT, those that would get it with ADOPT. */
  take: readonly string[];
  /** The fields in which the row keeps its own value. */
  keep: readonly string[];
  conflict?: Pick<Conflict, 'owner' | 'installationId' | 'rowId' | 'resolutions'>;
};

export type Draft = {
  readonly kind: ItemKind;
  readonly sourceKey: string;
  readonly slug: string;
  /** Null when the item left the release. */
  readonly release: ManifestItem | null;
  readonly base: ManifestItem | null;
  readonly isDetached: boolean;
  readonly resolution: Resolution | null;
  /** The row that mirrors the item, is detached from it, or is to be adopted for it. */
  row: LocalRow | null;
  outcome: Outcome;
};

export const hasLiveRow = ({ row }: Draft): boolean => row !== null && row.archivedAt === null;
