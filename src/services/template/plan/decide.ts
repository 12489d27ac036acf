/**
 * The three-way table: the action on an item on its own. settle.ts then considers slugs and references between items.
 * The base is the item that the row was last compared with. "Changed" means different from the base; an archived row
 * counts as absent.
 *
 * | release   | row unchanged        | row changed                                   | row absent                |
 * |-----------|----------------------|-----------------------------------------------|---------------------------|
 * | unchanged | UNCHANGED            | KEEP_LOCAL                                    | KEEP_LOCAL                |
 * | changed   | UPDATE               | same unit: CONFLICT; other units: UPDATE,     | CONFLICT                  |
 * |           |                      | local changes kept; same values: UNCHANGED    |                           |
 * | absent    | ARCHIVE; ORPHAN when | CONFLICT; ORPHAN when something refers to it  | UNCHANGED                 |
 * |           | something refers to  | or a resolution kept it before                |                           |
 * |           | it                   |                                               |                           |
 *
 * An item without a row is a CREATE. A row that the installation archived when its item left the release is a RESTORE
 * when the item returns.
 */
import type { Draft, Outcome, Values } from './draft.ts';
import type { LocalRow, Resolution } from './plan.ts';
import { compareThreeWays, differingFields, valuesOf } from './threeWay.ts';

/** The outcome of an item on its own. `local` holds the values of the row. */
export function decide(draft: Omit<Draft, 'outcome'>, local: Values | null): Outcome {
  const { kind, base, release, row, resolution } = draft;
  if (draft.isDetached) {
    return row && resolution === 'ADOPT' ? outcome('ADOPT', 'RESOLVED') : outcome('SKIP', 'DETACHED');
  }
  const baseValues = base && valuesOf(base);
  if (!release) return row ? decideRemoved(draft, row, local) : outcome('UNCHANGED', 'ARCHIVED_ALREADY');
  const released = valuesOf(release);
  if (!row || !local) return { ...outcome('CREATE', 'NEW'), take: Object.keys(released) };
  if (row.archivedAt && !row.orphaned) {
    // Offboarding is final: a resync does not hire an offboarded agent again.
    const isUnchanged = kind === 'AGENT' || differingFields(kind, baseValues ?? {}, released).length === 0;
    if (isUnchanged || resolution === 'SKIP') return outcome('KEEP_LOCAL', 'LOCAL_ARCHIVED');
    const take = differingFields(kind, local, released);
    if (resolution === 'ADOPT') return { ...outcome('RESTORE', 'RELEASE_CHOSEN'), take };
    return { ...conflict('CHANGED_AND_ARCHIVED', row), take };
  }
  // An archived row without a base comes from an earlier installation, so its values are not changes of a user.
  const compared = compareThreeWays(kind, {
    base: baseValues ?? (row.archivedAt ? local : null),
    release: released,
    local,
  });
  return merged(row, compared, resolution);
}

function merged(
  row: LocalRow,
  { released, local, both }: ReturnType<typeof compareThreeWays>,
  resolution: Resolution | null,
): Outcome {
  if (both.length > 0 && resolution === null) {
    return { ...conflict('BOTH_CHANGED', row), take: [...released, ...both], keep: local };
  }
  const isReleaseChosen = both.length > 0 && resolution === 'ADOPT';
  const take = isReleaseChosen ? [...released, ...both] : released;
  const keep = isReleaseChosen ? local : [...local, ...both];
  if (row.archivedAt)
    return { action: 'RESTORE', reason: isReleaseChosen ? 'RELEASE_CHOSEN' : 'RETURNED', take, keep };
  if (take.length === 0 && keep.length === 0) return outcome('UNCHANGED', 'SAME');
  if (take.length === 0) return { ...outcome('KEEP_LOCAL', 'LOCAL_CHANGED'), keep };
  if (isReleaseChosen) return { action: 'UPDATE', reason: 'RELEASE_CHOSEN', take, keep };
  return { action: 'UPDATE', reason: keep.length > 0 ? 'MERGED' : 'RELEASE_CHANGED', take, keep };
}

/** The outcome for an item that left the release. References to its row are considered later: see settle.ts. */
function decideRemoved(
  { kind, base, resolution }: Omit<Draft, 'outcome'>,
  row: LocalRow,
  local: Values | null,
): Outcome {
  if (row.archivedAt) return outcome('UNCHANGED', 'ARCHIVED_ALREADY');
  const isChanged = differingFields(kind, base ? valuesOf(base) : {}, local ?? {}).length > 0;
  if (!isChanged) return outcome('ARCHIVE', 'LEFT_RELEASE');
  if (resolution === 'ADOPT') return outcome('ARCHIVE', 'RELEASE_CHOSEN');
  if (resolution === 'SKIP' || row.orphaned) return outcome('ORPHAN', 'LOCAL_CHANGED');
  return conflict('REMOVED_AND_CHANGED', row);
}

export function outcome(action: Outcome['action'], reason: Outcome['reason']): Outcome {
  return { action, reason, take: [], keep: [] };
}

/** The outcome when the release and the organization both changed a managed row: a resolution chooses one side. */
function conflict(reason: Outcome['reason'], row: LocalRow): Outcome {
  return {
    ...outcome('CONFLICT', reason),
    conflict: {
      owner: 'TEMPLATE',
      installationId: row.managedBy,
      rowId: row.id,
      resolutions: ['ADOPT', 'SKIP'],
    },
  };
}
