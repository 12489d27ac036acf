import type { LiveWorkspace } from './plan.ts';

/** The live rows of an organization as a tree. */
export class LiveTree {
  readonly #rows: readonly LiveWorkspace[];
  readonly #byId: ReadonlyMap<string, LiveWorkspace>;
  readonly #children = new Map<string | null, Map<string, LiveWorkspace>>();

  constructor(rows: readonly LiveWorkspace[]) {
    // A plan must not depend on the order in which the database returns the rows.
    this.#rows = [...rows].sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
    this.#byId = new Map(rows.map((row) => [row.id, row]));
    for (const row of this.#rows) {
      const siblings = this.#children.get(row.parentId);
      if (siblings) siblings.set(row.name, row);
      else this.#children.set(row.parentId, new Map([[row.name, row]]));
    }
  }

  get rows(): readonly LiveWorkspace[] {
    return this.#rows;
  }

  has(id: string | null): boolean {
    return id !== null && this.#byId.has(id);
  }

  child(parentId: string | null, name: string): LiveWorkspace | undefined {
    return this.#children.get(parentId)?.get(name);
  }

  children(id: string): Iterable<LiveWorkspace> {
    return this.#children.get(id)?.values() ?? [];
  }

  /** The row and all rows below it, parents first. */
  *subtree(row: LiveWorkspace): Generator<LiveWorkspace> {
    const open = [row];
    for (let next = open.pop(); next; next = open.pop()) {
      yield next;
      for (const child of [...this.children(next.id)].reverse()) open.push(child);
    }
  }

  /** The names from the root down to the row. */
  path(row: LiveWorkspace): string[] {
    const path: string[] = [];
    for (let next: LiveWorkspace | undefined = row; next; next = this.#parent(next)) path.push(next.name);
    return path.reverse();
  }

  /** Every row, parents first. */
  *preorder(): Generator<LiveWorkspace> {
    for (const row of this.#rows) if (!this.#parent(row)) yield* this.subtree(row);
  }

  #parent(row: LiveWorkspace): LiveWorkspace | undefined {
    return row.parentId === null ? undefined : this.#byId.get(row.parentId);
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
