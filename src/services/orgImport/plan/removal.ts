import { type DocumentNode, keptNames } from './documentNode.ts';
import type { LiveTree } from './liveTree.ts';
import type { Match } from './match.ts';
import type { LiveWorkspace, OrgImportMode } from './plan.ts';

/** Why a live row in scope that stands for no workspace of the document is removed or left. */
export type Fate =
  | { kind: 'REMOVED' }
  /** The document does not hold its name. */
  | { kind: 'FOREIGN' }
  /** The document holds its name with `spawning: false`. */
  | { kind: 'KEPT' }
  /** MERGE removes nothing. */
  | { kind: 'MERGED' }
  /** A row below it stays, and cannot live under a removed parent. */
  | { kind: 'BLOCKED'; by: LiveWorkspace };

/**
 * The fate of each such row. One is removed only when the document holds its name, to live at another place, and
 * everything that would be left below it is removed with it. So when the document has no workspace to live, nothing
 * is removed.
 */
export function fates(
  nodes: readonly DocumentNode[],
  tree: LiveTree,
  match: Match,
  mode: OrgImportMode,
): Map<LiveWorkspace, Fate> {
  const names = new Set(nodes.map(({ workspace }) => workspace.name));
  const kept = keptNames(nodes);
  const rows = [...tree.preorder()];
  const fates = new Map<LiveWorkspace, Fate>();

  const fateOf = (row: LiveWorkspace): Fate => {
    if (!names.has(row.name)) return { kind: 'FOREIGN' };
    if (kept.has(row.name)) return { kind: 'KEPT' };
    if (mode === 'MERGE') return { kind: 'MERGED' };
    for (const child of tree.children(row.id)) {
      // A claimed child moves away from here.
      const fate = match.isClaimed(child) ? undefined : fates.get(child);
      if (fate?.kind === 'BLOCKED') return fate;
      if (!match.isClaimed(child) && fate?.kind !== 'REMOVED') return { kind: 'BLOCKED', by: child };
    }
    return { kind: 'REMOVED' };
  };
  // Children before their parents.
  for (const row of rows.reverse())
    if (match.isInScope(row) && !match.isClaimed(row)) fates.set(row, fateOf(row));
  return fates;
}
