/** Pairs the items of a release with the rows that mirror them. */
import type { ItemKind } from '../manifest/item.ts';
import { sortItems } from '../manifest/sortItems.ts';
import { decide, outcome } from './decide.ts';
import type { Draft } from './draft.ts';
import { itemKey, slugKey } from './key.ts';
import { LocalRows } from './localRows.ts';
import type { LocalRow, PlanInput, Resolution } from './plan.ts';

type Keyed = { readonly kind: ItemKind; readonly sourceKey: string };

/** Returns one draft per item of the release and per managed row without an item, each with its outcome on its own. */
export function pairItems(input: PlanInput): { drafts: Draft[]; rows: LocalRows } {
  const { release, local, installationId } = input;
  const base = new Map(input.base.map((item) => [itemKey(item), item]));
  const bindings = new Map(input.bindings.map((binding) => [itemKey(binding), binding]));
  const resolutions = resolutionsBySlug(input);
  const rowById = new Map(local.map((row) => [row.id, row]));
  const managed = local.filter(isManaged).filter(({ managedBy }) => managedBy === installationId);
  const mirrors = new Map([...formerRows(input), ...managed].map((row) => [itemKey(row), row]));
  const released = new Set(release.items.map(itemKey));

  const paired = release.items.map((item) => {
    const { kind, sourceKey, slug } = item;
    const key = itemKey(item);
    const mirror = mirrors.get(key) ?? null;
    const binding = bindings.get(key);
    const isLive = mirror !== null && mirror.archivedAt === null;
    const remembered = binding?.targetId === null && !isLive ? 'SKIP' : null;
    return {
      ...{ kind, sourceKey, slug, release: item, base: base.get(key) ?? null },
      isDetached: !mirror && typeof binding?.targetId === 'string',
      resolution: resolutions.get(slugKey(item)) ?? remembered,
      row: mirror ?? detachedRow(binding?.targetId, rowById),
    };
  });
  const removed = managed
    .filter((row) => !released.has(itemKey(row)))
    .map((row) => ({
      ...{ kind: row.kind, sourceKey: row.sourceKey, slug: row.slug, release: null },
      base: base.get(itemKey(row)) ?? null,
      isDetached: false,
      resolution: resolutions.get(slugKey(row)) ?? null,
      row,
    }));

  const drafts: Draft[] = sortItems([...paired, ...removed]).map((each) => ({
    ...each,
    outcome: outcome('UNCHANGED', 'SAME'),
  }));
  const rows = new LocalRows(input.bindings);
  for (const draft of drafts) if (draft.row) rows.bind(draft.row, draft);
  for (const draft of drafts) draft.outcome = decide(draft, draft.row && rows.valuesOf(draft.row));
  return { drafts, rows };
}

function isManaged(row: LocalRow): row is LocalRow & Keyed {
  return row.managedBy !== null && row.sourceKey !== null;
}

/** The rows that uninstalled installations of the template archived. Offboarded agents are not restored. */
function formerRows({ local, formerInstallationIds }: PlanInput): (LocalRow & Keyed)[] {
  const former = new Set(formerInstallationIds);
  return local
    .filter(isManaged)
    .filter(
      ({ kind, managedBy, archivedAt }) => kind !== 'AGENT' && archivedAt && former.has(managedBy ?? ''),
    )
    .sort(byArchival)
    .map((row) => ({ ...row, orphaned: true }));
}

/** Sorts rows by the time of their archiving, the latest last. */
export function byArchival(a: LocalRow, b: LocalRow): number {
  return (a.archivedAt?.getTime() ?? 0) - (b.archivedAt?.getTime() ?? 0) || (a.id < b.id ? -1 : 1);
}

/** The detached row, or null when it was archived or deleted since, so that references to its item have no target. */
function detachedRow(id: string | null | undefined, rowById: Map<string, LocalRow>): LocalRow | null {
  const row = id ? rowById.get(id) : undefined;
  return row && row.managedBy === null && row.archivedAt === null ? row : null;
}

/** The resolution of each item. Of two for the same item, SKIP wins, because it changes less. */
function resolutionsBySlug({ resolutions }: PlanInput): Map<string, Resolution> {
  const bySlug = new Map<string, Resolution>();
  for (const each of resolutions) {
    if (bySlug.get(slugKey(each)) !== 'SKIP') bySlug.set(slugKey(each), each.resolution);
  }
  return bySlug;
}
