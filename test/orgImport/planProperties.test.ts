import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DocumentWorkspace, OrgDocument } from '../../src/services/orgImport/document/document.ts';
import type { LiveWorkspace, OrgImportMode } from '../../src/services/orgImport/plan/plan.ts';
import { planOrgImport } from '../../src/services/orgImport/plan/planOrgImport.ts';
import { applied, row } from './liveRows.ts';

const NAMES = ['A', 'B', 'C', 'D', 'E', 'F'];

/** Few names, so that they meet at many places. */
const workspaces: fc.Arbitrary<DocumentWorkspace[]> = fc.letrec<{ siblings: DocumentWorkspace[] }>((tie) => ({
  siblings: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...NAMES),
      role: fc.constantFrom(null, 'One', 'Two'),
      tier: fc.constantFrom(2, 3),
      idle: fc.boolean(),
      children: fc.oneof({ depthSize: 'small' }, fc.constant([]), tie('siblings')),
    }),
    { selector: ({ name }) => name, maxLength: 4 },
  ) as unknown as fc.Arbitrary<DocumentWorkspace[]>,
})).siblings;

type Drawn = { name: string; role: string | null; tier: number; idle: boolean; children: Drawn[] };

/** @param mayIdle whether some of the workspaces are not to be spawned */
function document(mayIdle: boolean, name = 'Acme'): fc.Arbitrary<OrgDocument> {
  return workspaces.map((roots) => ({
    name,
    spec: {},
    requirements: [],
    provided: [],
    warnings: [],
    workspaces: (roots as unknown as Drawn[]).map((root) => workspace(root, mayIdle, true)),
  }));
}

function workspace({ idle, ...drawn }: Drawn, mayIdle: boolean, parentSpawning: boolean): DocumentWorkspace {
  const spawning = parentSpawning && !(mayIdle && idle);
  return {
    runtime: 'langgraph',
    model: null,
    plugins: [],
    channels: [],
    schedules: idle
      ? [{ name: 'S', cronExpr: '0 * * * *', timezone: 'UTC', prompt: 'Go.', enabled: true }]
      : [],
    spec: drawn.role ? { system_prompt: drawn.role } : {},
    place: { file: 'org.yaml', line: 1, column: 1, path: '' },
    ...drawn,
    spawning,
    children: drawn.children.map((child) => workspace(child, mayIdle, spawning)),
  };
}

/** Live rows of many origins: names of the document and others, made by its import, by another's and by hand. */
const tree: fc.Arbitrary<LiveWorkspace[]> = fc
  .array(
    fc.record({
      name: fc.constantFrom(...NAMES, 'Foreign', 'Stranger'),
      parent: fc.nat(),
      importDocument: fc.constantFrom(null, 'Acme', 'Other'),
      role: fc.constantFrom(null, 'One'),
    }),
    { maxLength: 20 },
  )
  .map((drawn) => {
    const rows: LiveWorkspace[] = [];
    for (const { parent, name, ...also } of drawn) {
      const below = rows[parent % (rows.length + 1)] ?? null;
      const isTaken = rows.some((each) => each.parentId === (below?.id ?? null) && each.name === name);
      if (!isTaken) rows.push(row(name, below, also));
    }
    return rows;
  });

const modes: fc.Arbitrary<OrgImportMode> = fc.constantFrom('MERGE', 'RECONCILE');

it('plans nothing but skips for the tree that the document made', () => {
  fc.assert(
    fc.property(document(false), modes, (doc, mode) => {
      const rows = applied(planOrgImport(doc, [], 'MERGE'), [], doc.name);
      const plan = planOrgImport(doc, rows, mode);
      for (const item of plan.items) expect(item).toMatchObject({ action: 'SKIPPED', drift: [] });
      expect(plan.counts.skipped).toBe(rows.length);
    }),
  );
});

it('RECONCILE reaches the document from any tree, step by step within the rules, and then has nothing to do', () => {
  fc.assert(
    fc.property(document(true), tree, (doc, rows) => {
      const plan = planOrgImport(doc, rows, 'RECONCILE');
      const after = applied(plan, rows, doc.name);
      const again = planOrgImport(doc, after, 'RECONCILE');
      for (const { action, drift } of again.items) {
        expect(['SKIPPED', 'NOT_SPAWNED']).toContain(action);
        expect(drift).toEqual([]);
      }
      expect(again.items.filter(({ node }) => node?.spawning).every(({ workspaceId }) => workspaceId)).toBe(
        true,
      );
    }),
    { numRuns: 1_500 },
  );
});

it('RECONCILE reaches the document from the tree of any other document', () => {
  fc.assert(
    fc.property(document(false), document(false), (before, doc) => {
      const rows = applied(planOrgImport(before, [], 'MERGE'), [], before.name);
      const after = applied(planOrgImport(doc, rows, 'RECONCILE'), rows, doc.name);
      const again = planOrgImport(doc, after, 'RECONCILE');
      expect(again.counts).toMatchObject({ created: 0, updated: 0, moved: 0, removed: 0 });
    }),
    { numRuns: 500 },
  );
});

it('MERGE changes no live row', () => {
  fc.assert(
    fc.property(document(true), tree, (doc, rows) => {
      const plan = planOrgImport(doc, rows, 'MERGE');
      expect(plan.counts).toMatchObject({ updated: 0, moved: 0, removed: 0 });
      const after = new Map(applied(plan, rows, doc.name).map((each) => [each.id, each]));
      for (const each of rows) expect(after.get(each.id)).toEqual(each);
    }),
    { numRuns: 300 },
  );
});

it('names every live row in scope once and no other', () => {
  fc.assert(
    fc.property(document(true), tree, modes, (doc, rows, mode) => {
      const plan = planOrgImport(doc, rows, mode);
      const listed = plan.items.flatMap(({ workspaceId }) => workspaceId ?? []);
      expect(new Set(listed).size).toBe(listed.length);
      expect(listed.sort()).toEqual([...scopeOf(plan, rows)].sort());
    }),
    { numRuns: 500 },
  );
});

it('removes only rows whose name the document holds, and never one with a row below it that stays', () => {
  fc.assert(
    fc.property(document(true), tree, (doc, rows) => {
      const plan = planOrgImport(doc, rows, 'RECONCILE');
      const names = new Set(plan.items.filter(({ node }) => node?.spawning).map(({ name }) => name));
      const idle = new Set(plan.items.filter(({ node }) => node && !node.spawning).map(({ name }) => name));
      for (const { action, name } of plan.items)
        if (action === 'REMOVED') expect(names.has(name) && !idle.has(name)).toBe(true);
      expect(() => applied(plan, rows, doc.name)).not.toThrow();
    }),
    { numRuns: 500 },
  );
});

it('fills only places that no live row holds before the import, so that moves need no order among siblings', () => {
  fc.assert(
    fc.property(document(true), tree, modes, (doc, rows, mode) => {
      const { items } = planOrgImport(doc, rows, mode);
      const held = new Set(rows.map(({ parentId, name }) => `${parentId} ${name}`));
      for (const { action, name, parent } of items) {
        if (action !== 'CREATED' && action !== 'MOVED') continue;
        const parentId = parent === null ? null : items[parent]?.workspaceId;
        const isCreatedBelow = parent !== null && parentId === null;
        if (!isCreatedBelow) expect(held.has(`${parentId} ${name}`)).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

it('does not depend on the order of the rows', () => {
  fc.assert(
    fc.property(document(true), tree, modes, (doc, rows, mode) => {
      expect(planOrgImport(doc, [...rows].reverse(), mode)).toEqual(planOrgImport(doc, rows, mode));
    }),
    { numRuns: 300 },
  );
});

/** By the definition: rows that the same document made, and whatever lies below a row that stands for a root. */
function scopeOf(plan: ReturnType<typeof planOrgImport>, rows: readonly LiveWorkspace[]): Set<string> {
  const scope = new Set(rows.filter(({ importDocument }) => importDocument === 'Acme').map(({ id }) => id));
  const below = new Set(
    plan.items.flatMap(({ node, workspaceId }) => (node && workspaceId ? [workspaceId] : [])),
  );
  for (const each of rows) if (each.parentId !== null && below.has(each.parentId)) below.add(each.id);
  return new Set([...scope, ...below]);
}
