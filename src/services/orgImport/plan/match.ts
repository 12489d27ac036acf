import { type DocumentNode, keptNames } from './documentNode.ts';
import type { LiveTree } from './liveTree.ts';
import type { LiveWorkspace, OrgImportMode } from './plan.ts';

/** Assigns live rows to the workspaces of the document, and finds the rows in the import's scope. */
export class Match {
  readonly #tree: LiveTree;
  readonly #keptNames: ReadonlySet<string>;
  readonly #rows = new Map<DocumentNode, LiveWorkspace>();
  readonly #claimed = new Set<string>();
  readonly #scope = new Map<string, LiveWorkspace>();
  /** Rows in scope that are assigned to no workspace of the document, by name. */
  readonly #free = new Map<string, Set<LiveWorkspace>>();
  /** Workspaces that must be live and have no row yet, by name. */
  readonly #vacant = new Map<string, Set<DocumentNode>>();
  /** Rows that are in scope with everything below them. */
  readonly #included = new Set<string>();
  /** Workspaces that a row may move to: they have no row, and the row of their parent is decided. */
  readonly #awaiting = new Set<DocumentNode>();

  constructor(nodes: readonly DocumentNode[], tree: LiveTree, documentName: string, mode: OrgImportMode) {
    this.#tree = tree;
    this.#keptNames = keptNames(nodes);
    for (const node of nodes) if (node.workspace.spawning) add(this.#vacant, node.workspace.name, node);
    for (const row of tree.rows) if (row.importDocument === documentName) this.#includeRow(row);

    const roots = nodes.filter(({ parent }) => !parent);
    this.#place(roots, null);
    if (mode === 'RECONCILE') this.#move(nodes);
  }

  rowOf(node: DocumentNode): LiveWorkspace | undefined {
    return this.#rows.get(node);
  }

  isClaimed(row: LiveWorkspace): boolean {
    return this.#claimed.has(row.id);
  }

  isInScope(row: LiveWorkspace): boolean {
    return this.#scope.has(row.id);
  }

  get scope(): Iterable<LiveWorkspace> {
    return this.#scope.values();
  }

  /**
   * Assigns free rows to vacant workspaces of the same name, if there is exactly one of each. Parents come first, because
   * the children of a moved row may fill places below it.
   */
  #move(nodes: readonly DocumentNode[]): void {
    let names = [...this.#vacant.keys()];
    for (const node of nodes) {
      while (names.length > 0) {
        const changed = new Set<string>();
        for (const name of names) this.#moveNamed(name, changed);
        names = [...changed];
      }
      // A workspace without a row is created, and rows may move to the places below it.
      if (this.#awaiting.delete(node)) names = this.#place(node.children, undefined);
    }
  }

  #moveNamed(name: string, changed: Set<string>): void {
    const row = onlyOne(this.#free.get(name));
    const node = onlyOne(this.#vacant.get(name));
    if (!row || !node || !this.#awaiting.has(node) || this.#keptNames.has(name)) return;
    for (const each of this.#claim(node, row)) changed.add(each);
  }

  /**
   * Places siblings below a live row, at the root (null), or below a workspace that will be created (undefined). Returns
   * the names whose free rows or vacant workspaces changed.
   */
  #place(siblings: readonly DocumentNode[], parentId: string | null | undefined): string[] {
    const changed: string[] = [];
    const open = siblings.map((node) => ({ node, parentId }));
    for (let next = open.pop(); next; next = open.pop()) {
      const { node } = next;
      const { name } = node.workspace;
      changed.push(name);
      if (node.workspace.spawning) this.#awaiting.add(node);
      const row = next.parentId === undefined ? undefined : this.#tree.child(next.parentId, name);
      if (!row || this.isClaimed(row)) continue;
      for (const each of this.#assign(node, row)) changed.push(each);
      for (const child of node.children) open.push({ node: child, parentId: row.id });
    }
    return changed;
  }

  #claim(node: DocumentNode, row: LiveWorkspace): string[] {
    return [...this.#assign(node, row), ...this.#place(node.children, row.id)];
  }

  /** Assigns a row to a workspace, and adds the row and all rows below it to the scope. */
  #assign(node: DocumentNode, row: LiveWorkspace): string[] {
    const { name } = node.workspace;
    this.#rows.set(node, row);
    this.#claimed.add(row.id);
    this.#awaiting.delete(node);
    remove(this.#vacant, name, node);
    const changed = this.#includeSubtree(row);
    remove(this.#free, name, row);
    return [name, ...changed];
  }

  /** Visits each row once in the life of the match, even when several rows above it are included. */
  #includeSubtree(row: LiveWorkspace): string[] {
    const names: string[] = [];
    const open = [row];
    for (let next = open.pop(); next; next = open.pop()) {
      if (this.#included.has(next.id)) continue;
      this.#included.add(next.id);
      if (this.#includeRow(next)) names.push(next.name);
      for (const child of this.#tree.children(next.id)) open.push(child);
    }
    return names;
  }

  #includeRow(row: LiveWorkspace): boolean {
    if (this.#scope.has(row.id)) return false;
    this.#scope.set(row.id, row);
    if (!this.#claimed.has(row.id)) add(this.#free, row.name, row);
    return true;
  }
}

function onlyOne<Item>(items: ReadonlySet<Item> | undefined): Item | undefined {
  return items?.size === 1 ? items.values().next().value : undefined;
}

function add<Item>(sets: Map<string, Set<Item>>, name: string, item: Item): void {
  const set = sets.get(name);
  if (set) set.add(item);
  else sets.set(name, new Set([item]));
}

function remove<Item>(sets: Map<string, Set<Item>>, name: string, item: Item): void {
  sets.get(name)?.delete(item);
}
