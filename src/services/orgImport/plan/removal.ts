import { type DocumentNode, keptNames } from './documentNode.ts';
import type { LiveTree } from './liveTree.ts';
import type { Match } from './match.ts';
import type { LiveWorkspace, OrgImportMode } from './plan.ts';

/** The reason why a live row in scope that has no place in the document is removed or kept. */
export type Fate =
  | { kind: 'REMOVED' }
  /** The document does not have the name. */
  | { kind: 'FOREIGN' }
  /** The document has the name with `spawning: false`. */
  | { kind: 'KEPT' }
  /** MERGE removes nothing. */
  | { kind: 'MERGED' }
  /** A row below it is kept, and a live row cannot be below a removed one. */
  | { kind: 'BLOCKED'; by: LiveWorkspace };

/**
 * Returns the fate of each such row. A row is removed only when the document has its name at another place, and all rows
 * that would stay below it are removed too. A document without workspaces to spawn therefore removes nothing.
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
      // A claimed child is moved out of the subtree.
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
