import type { DocumentWorkspace, OrgDocument } from '../document/document.ts';

/** A workspace of the document with its place among the others. */
export type DocumentNode = {
  workspace: DocumentWorkspace;
  /** In the order of the document, parents first. */
  index: number;
  parent: DocumentNode | null;
  children: DocumentNode[];
  path: string[];
};

/** Returns the names that the document has with `spawning: false`. An import changes no row with such a name. */
export function keptNames(nodes: readonly DocumentNode[]): Set<string> {
  return new Set(nodes.filter(({ workspace }) => !workspace.spawning).map(({ workspace }) => workspace.name));
}

/** Every workspace of the document, parents first. */
export function documentNodes(document: OrgDocument): DocumentNode[] {
  const nodes: DocumentNode[] = [];
  const visit = (workspaces: DocumentWorkspace[], parent: DocumentNode | null): DocumentNode[] =>
    workspaces.map((workspace) => {
      const path = [...(parent?.path ?? []), workspace.name];
      const node: DocumentNode = { workspace, index: nodes.length, parent, children: [], path };
      nodes.push(node);
      node.children = visit(workspace.children, node);
      return node;
    });
  visit(document.workspaces, null);
  return nodes;
}
