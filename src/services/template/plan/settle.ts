/**
 * Applies the constraints between items to their outcomes: a slug has at most one live row, the target of a reference
 * is live, and a row that something refers to is not archived. Every step only restricts an outcome, so that the number
 * of steps is linear in the number of items and references.
 */
import { referencesOf } from '../manifest/reference.ts';
import { outcome } from './decide.ts';
import { type Draft, hasLiveRow, type Outcome } from './draft.ts';
import { itemKey, slugKey } from './key.ts';
import type { LocalRows } from './localRows.ts';
import type { LocalRow, PlanReason } from './plan.ts';

export class Settlement {
  readonly #rows: LocalRows;
  readonly #installationId: string | null;
  /** The live rows that keep their slugs. */
  readonly #holders = new Map<string, LocalRow>();
  /** The items that get a slug that no live row holds. */
  readonly #claims = new Map<string, Draft>();
  readonly #held = new Set<Draft>();
  /** For each item, the items of the release that refer to it. */
  readonly #dependents = new Map<string, Draft[]>();
  readonly #archivedByUser = new Map<string, LocalRow>();
  readonly #steps: (() => void)[] = [];

  constructor(rows: LocalRows, installationId: string | null) {
    this.#rows = rows;
    this.#installationId = installationId;
  }

  settle(drafts: readonly Draft[], local: readonly LocalRow[]): void {
    for (const row of local) if (!this.#rows.draftOf(row.id)) this.#standAside(row);
    for (const draft of drafts) this.#dependOn(draft);
    for (const draft of drafts) this.#stand(draft);
    this.#run();
    for (const draft of drafts) {
      if (claimedSlug(draft) !== null) this.#claim(draft);
      this.#run();
    }
    for (const draft of drafts) {
      const { action } = draft.outcome;
      if (draft.release && !hasLiveRow(draft) && (action === 'KEEP_LOCAL' || action === 'SKIP'))
        this.#miss(draft);
    }
    this.#run();
  }

  /** Records the slug and the references of a row that the plan does not change. */
  #standAside(row: LocalRow): void {
    if (row.archivedAt === null) {
      this.#holders.set(slugKey(row), row);
      this.#holdReferences(row);
      return;
    }
    if (row.managedBy !== null) return;
    const other = this.#archivedByUser.get(slugKey(row));
    if (!other || isArchivedAfter(row, other)) this.#archivedByUser.set(slugKey(row), row);
  }

  #dependOn(draft: Draft): void {
    for (const { kind, to } of draft.release ? referencesOf(draft.release) : []) {
      const key = itemKey({ kind, sourceKey: to });
      const dependents = this.#dependents.get(key);
      if (dependents) dependents.push(draft);
      else this.#dependents.set(key, [draft]);
    }
  }

  #stand(draft: Draft): void {
    const { row, outcome } = draft;
    if (!row) return;
    if (row.referenced) this.#hold(draft);
    if (outcome.action === 'RESTORE') this.#holdReferences(row, outcome.take);
    if (row.archivedAt !== null || draft.outcome.action === 'ARCHIVE') return;
    this.#holdReferences(row, outcome.action === 'UPDATE' ? outcome.take : []);
    if (claimedSlug(draft) === null) this.#keepSlug(row);
  }

  /** Records that the row keeps its slug. An item that claimed the slug loses it. */
  #keepSlug(row: LocalRow): void {
    const key = slugKey(row);
    this.#holders.set(key, row);
    this.#steps.push(() => {
      const claimant = this.#claims.get(key);
      if (!claimant) return;
      this.#claims.delete(key);
      this.#refuse(claimant, row, 'SLUG_TAKEN');
    });
  }

  #holdReferences(row: LocalRow, replacedFields: readonly string[] = []): void {
    for (const { field, to } of referencesOf(row)) {
      const draft = replacedFields.includes(field) ? undefined : this.#rows.draftOf(to);
      if (draft) this.#steps.push(() => this.#hold(draft));
    }
  }

  /** Records a reference to the row. A row whose item left the release becomes an orphan instead of being archived. */
  #hold(draft: Draft): void {
    const { row, release, outcome: before } = draft;
    if (!row || release || !hasLiveRow(draft) || this.#held.has(draft)) return;
    this.#held.add(draft);
    if (before.action !== 'ORPHAN') draft.outcome = outcome('ORPHAN', 'REFERENCED');
    if (before.action !== 'ARCHIVE') return;
    this.#keepSlug(row);
    this.#holdReferences(row);
  }

  #claim(draft: Draft): void {
    const key = slugKey({ kind: draft.kind, slug: claimedSlug(draft) ?? '' });
    const holder = this.#holders.get(key);
    const claimant = this.#claims.get(key);
    const archived = draft.outcome.action === 'CREATE' ? this.#archivedByUser.get(key) : undefined;
    if (holder || claimant) this.#refuse(draft, holder ?? claimant?.row ?? null, 'SLUG_TAKEN');
    else if (archived) this.#refuse(draft, archived, 'SLUG_ARCHIVED');
    else this.#claims.set(key, draft);
  }

  /** Resolves or reports the conflict of an item whose slug is taken. */
  #refuse(draft: Draft, inTheWay: LocalRow | null, reason: PlanReason): void {
    const { row, resolution } = draft;
    const isNew = draft.outcome.action === 'CREATE';
    const isUsers = inTheWay !== null && inTheWay.managedBy === null;
    const isAdoptable = isNew && isUsers && !this.#rows.draftOf(inTheWay.id);
    if (isAdoptable && resolution === 'ADOPT') this.#adopt(draft, inTheWay);
    else if (resolution !== 'SKIP') {
      draft.outcome = {
        ...outcome('CONFLICT', reason),
        take: isNew ? [] : draft.outcome.take,
        keep: draft.outcome.keep,
        conflict: {
          owner: isUsers ? 'USER' : 'TEMPLATE',
          installationId: isUsers ? null : (inTheWay?.managedBy ?? this.#installationId),
          rowId: inTheWay?.id ?? null,
          resolutions: isAdoptable ? ['ADOPT', 'SKIP'] : ['SKIP'],
        },
      };
      if (row && hasLiveRow(draft)) this.#keepSlug(row);
    } else if (row && hasLiveRow(draft)) {
      draft.outcome = withoutRename(draft.outcome);
      this.#keepSlug(row);
    } else this.#skip(draft, 'RESOLVED');
  }

  #adopt(draft: Draft, row: LocalRow): void {
    draft.row = row;
    draft.outcome = outcome('ADOPT', 'RESOLVED');
    this.#rows.bind(row, draft);
    this.#keepSlug(row);
    this.#holdReferences(row);
  }

  #skip(draft: Draft, reason: PlanReason): void {
    const key = slugKey({ kind: draft.kind, slug: claimedSlug(draft) ?? '' });
    if (this.#claims.get(key) === draft) this.#claims.delete(key);
    draft.outcome = outcome('SKIP', reason);
    if (draft.row && hasLiveRow(draft)) {
      this.#keepSlug(draft.row);
      this.#holdReferences(draft.row);
    } else this.#miss(draft);
  }

  /** Skips the items that would write a reference to an item without a live row. */
  #miss(missing: Draft): void {
    for (const draft of this.#dependents.get(itemKey(missing)) ?? []) {
      this.#steps.push(() => {
        if (writesReferenceTo(missing, draft)) this.#skip(draft, 'DEPENDS_ON_SKIPPED');
      });
    }
  }

  #run(): void {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) step();
  }
}

/** The slug that the plan gives the item's row; null when the row keeps its slug. */
function claimedSlug({ release, row, outcome: { action, take } }: Draft): string | null {
  if (!release || release.kind === 'AGENT') return null;
  if (action === 'CREATE' || (action === 'UPDATE' && take.includes('slug'))) return release.slug;
  if (action !== 'RESTORE') return null;
  return take.includes('slug') || !row ? release.slug : row.slug;
}

/** The outcome of an update without its slug: the row takes only the other fields. */
function withoutRename({ take, keep }: Outcome): Outcome {
  const rest = take.filter((field) => field !== 'slug');
  return {
    ...(rest.length > 0 ? outcome('UPDATE', 'MERGED') : outcome('KEEP_LOCAL', 'RESOLVED')),
    take: rest,
    keep: [...keep, 'slug'],
  };
}

/** Whether the item would write a reference to the missing item. A conflict counts as ADOPT, its only way to write. */
function writesReferenceTo(missing: Draft, { release, row, outcome: { action, take } }: Draft): boolean {
  const isRestored = row !== null && row.archivedAt !== null && action === 'CONFLICT';
  const isWhole = action === 'CREATE' || action === 'RESTORE' || isRestored;
  const isPart = action === 'UPDATE' || action === 'CONFLICT';
  if (!release || !(isWhole || isPart)) return false;
  return referencesOf(release).some(
    ({ kind, to, field }) =>
      kind === missing.kind && to === missing.sourceKey && (isWhole || take.includes(field)),
  );
}

/** Whether a row was archived after another. At equal times, the row with the greater id counts as the later one. */
function isArchivedAfter(one: LocalRow, other: LocalRow): boolean {
  const difference = (one.archivedAt?.getTime() ?? 0) - (other.archivedAt?.getTime() ?? 0);
  return difference > 0 || (difference === 0 && one.id > other.id);
}
