import type { OrgDocument } from '../document/document.ts';
import { type DocumentNode, documentNodes } from './documentNode.ts';
import { driftOf } from './drift.ts';
import { planHash } from './hash.ts';
import { LiveTree } from './liveTree.ts';
import { Match } from './match.ts';
import type {
  LiveWorkspace,
  OrgImportAction,
  OrgImportCounts,
  OrgImportItem,
  OrgImportMode,
  OrgImportPlan,
} from './plan.ts';
import { documentReason, rowReason } from './reason.ts';
import { fates } from './removal.ts';

/**
 * Plans the import of a document. The time is proportional to the sizes of the document and the tree.
 * @param rows every live workspace of the organization, in any order
 */
export function planOrgImport(
  document: OrgDocument,
  rows: readonly LiveWorkspace[],
  mode: OrgImportMode,
): OrgImportPlan {
  const tree = new LiveTree(rows);
  const nodes = documentNodes(document);
  const match = new Match(nodes, tree, document.name, mode);
  const namesakes = namesakesOf(match);
  const ofDocument = nodes.map((node) => documentItem(node, match, namesakes, document.name, mode));
  const fate = fates(nodes, tree, match, mode);
  const ofRows = [...tree.preorder()].flatMap((row): OrgImportItem[] => {
    const rowFate = fate.get(row);
    if (!rowFate) return [];
    return [
      {
        action: rowFate.kind === 'REMOVED' ? 'REMOVED' : 'SKIPPED',
        name: row.name,
        path: tree.path(row),
        reason: rowReason(rowFate),
        node: null,
        parent: null,
        workspaceId: row.id,
        liveParentId: row.parentId,
        drift: [],
        duplicateOf: null,
      },
    ];
  });
  const items = [...ofDocument, ...ofRows];
  return { hash: planHash(document.name, mode, items), items, counts: countsOf(items) };
}

function documentItem(
  node: DocumentNode,
  match: Match,
  namesakes: ReadonlyMap<string, LiveWorkspace>,
  documentName: string,
  mode: OrgImportMode,
): OrgImportItem {
  const { workspace, parent, path } = node;
  const row = match.rowOf(node);
  const drift = row && workspace.spawning ? driftOf(workspace, row) : [];
  const action = actionOf(node, row, match, drift.length > 0 && mode === 'RECONCILE');
  const namesake = action === 'CREATED' && mode === 'MERGE' ? namesakes.get(workspace.name) : undefined;
  return {
    action,
    name: workspace.name,
    path,
    reason: documentReason(action, {
      row,
      documentName,
      hasDrift: drift.length > 0,
      hasNamesake: !!namesake,
    }),
    node: workspace,
    parent: parent?.index ?? null,
    workspaceId: row?.id ?? null,
    liveParentId: row?.parentId ?? null,
    drift,
    duplicateOf: namesake?.id ?? null,
  };
}

function actionOf(
  { workspace, parent }: DocumentNode,
  row: LiveWorkspace | undefined,
  match: Match,
  applies: boolean,
): OrgImportAction {
  if (!workspace.spawning) return 'NOT_SPAWNED';
  if (!row) return 'CREATED';
  // The row of the parent keeps its id when it moves. A parent without a row is created, so existing rows move to it.
  const parentId = parent ? match.rowOf(parent)?.id : null;
  if (row.parentId !== parentId) return 'MOVED';
  return applies ? 'UPDATED' : 'SKIPPED';
}

/** Returns one row in scope for each name: a row without a place in the document, if there is one. */
function namesakesOf(match: Match): Map<string, LiveWorkspace> {
  const namesakes = new Map<string, LiveWorkspace>();
  for (const row of match.scope) {
    const known = namesakes.get(row.name);
    if (!known || (match.isClaimed(known) && !match.isClaimed(row))) namesakes.set(row.name, row);
  }
  return namesakes;
}

function countsOf(items: readonly OrgImportItem[]): OrgImportCounts {
  const count = (action: OrgImportAction) =>
    items.filter((item) => item.action === action && (item.node || action === 'REMOVED')).length;
  return {
    created: count('CREATED'),
    skipped: count('SKIPPED'),
    updated: count('UPDATED'),
    moved: count('MOVED'),
    removed: count('REMOVED'),
    notSpawned: count('NOT_SPAWNED'),
  };
}
