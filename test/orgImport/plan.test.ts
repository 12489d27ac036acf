import { describe, expect, it } from 'vitest';
import type { OrgDocument } from '../../src/services/orgImport/document/document.ts';
import type { LiveWorkspace } from '../../src/services/orgImport/plan/plan.ts';
import { planOrgImport } from '../../src/services/orgImport/plan/planOrgImport.ts';
import { actions, applied, paths, row } from './liveRows.ts';
import { read } from './reading.ts';

function document(...workspaces: string[]): OrgDocument {
  return read({ yaml: `name: Acme\nworkspaces: [${workspaces.join(', ')}]\n` });
}

function imported(doc: OrgDocument, rows: LiveWorkspace[] = []): LiveWorkspace[] {
  return applied(planOrgImport(doc, rows, 'MERGE'), rows, doc.name);
}

function reconciled(doc: OrgDocument, rows: LiveWorkspace[]): LiveWorkspace[] {
  return applied(planOrgImport(doc, rows, 'RECONCILE'), rows, doc.name);
}

function named(rows: readonly LiveWorkspace[], name: string): LiveWorkspace {
  const found = rows.find((each) => each.name === name);
  if (!found) throw new Error(`There is no live row named ${name}.`);
  return found;
}

const w = (name: string, ...children: string[]) => `{ name: ${name}, children: [${children.join(', ')}] }`;

describe('MERGE', () => {
  it('creates what is missing, parents first, and skips what is there', () => {
    const doc = document(w('PM', w('Dev', w('QA')), w('Ops')));
    const pm = row('PM', null);
    const plan = planOrgImport(doc, [pm, row('Ops', pm)], 'MERGE');
    expect(actions(plan)).toEqual(['SKIPPED PM', 'CREATED PM/Dev', 'CREATED PM/Dev/QA', 'SKIPPED PM/Ops']);
    expect(plan.items.map(({ parent }) => parent)).toEqual([null, 0, 1, 0]);
    expect(plan.counts).toEqual({ created: 2, skipped: 2, updated: 0, moved: 0, removed: 0, notSpawned: 0 });
  });

  it('reports what differs and applies nothing', () => {
    const doc = document('{ name: PM, role: Plans, tier: 2, canvas: { x: 1, y: 2 } }');
    const pm = row('PM', null, { role: 'Leads', spec: { canvas: { y: 2, x: 1 }, system_prompt: 'Hi' } });
    const [item] = planOrgImport(doc, [pm], 'MERGE').items;
    expect(item).toMatchObject({ action: 'SKIPPED', workspaceId: pm.id });
    expect(item?.drift).toEqual([
      { field: 'role', before: 'Leads', after: 'Plans' },
      { field: 'tier', before: 3, after: 2 },
      { field: 'spec.system_prompt', before: 'Hi', after: null },
    ]);
  });

  it('matches by name inside the parent only, so that a name may be under two parents', () => {
    const doc = document(w('A', w('X')), w('B', w('X')));
    const rows = imported(doc);
    expect(paths(rows)).toEqual(['A', 'A/X', 'B', 'B/X']);
    expect(planOrgImport(doc, rows, 'MERGE').counts).toMatchObject({ created: 0, skipped: 4 });
  });
});

describe('a tree of nine workspaces, eight of them under a new parent', () => {
  const team = ['C', 'D', 'E', 'F', 'G', 'H'].map((name) => w(name));
  const before = document(w('PM', w('A', w('B'), ...team)));
  const after = document(w('PM', w('B', w('A'), ...team)));
  const rows = imported(before);

  it('has 17 live rows after MERGE, and each second row names the first', () => {
    const plan = planOrgImport(after, rows, 'MERGE');
    expect(plan.counts).toMatchObject({ created: 8, skipped: 1 });
    for (const { action, name, duplicateOf } of plan.items)
      if (action === 'CREATED') expect(duplicateOf).toBe(named(rows, name).id);
    expect(applied(plan, rows, 'Acme')).toHaveLength(17);
  });

  it('has nine after MERGE and then RECONCILE, which removes the eight old rows', () => {
    const merged = imported(after, rows);
    expect(planOrgImport(after, merged, 'MERGE').counts).toMatchObject({ created: 0, skipped: 9 });
    const plan = planOrgImport(after, merged, 'RECONCILE');
    expect(plan.counts).toMatchObject({ created: 0, skipped: 9, moved: 0, removed: 8 });
    const left = applied(plan, merged, 'Acme');
    expect(left).toHaveLength(9);
    expect(planOrgImport(after, left, 'RECONCILE').counts).toMatchObject({ removed: 0, skipped: 9 });
  });

  it('has the same nine rows at their new places when RECONCILE comes first', () => {
    const plan = planOrgImport(after, rows, 'RECONCILE');
    expect(plan.counts).toMatchObject({ created: 0, skipped: 1, moved: 8, removed: 0 });
    const left = applied(plan, rows, 'Acme');
    expect(paths(left).slice(0, 4)).toEqual(['PM', 'PM/B', 'PM/B/A', 'PM/B/C']);
    expect(left.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id).sort());
  });
});

describe('RECONCILE', () => {
  it('refreshes what a template owns and leaves what was made at runtime', () => {
    const schedule = { cronExpr: '0 * * * *', timezone: 'UTC', prompt: 'Go.', enabled: true };
    const doc = document(
      '{ name: PM, schedules: [{ name: A, cron_expr: 5 * * * *, prompt: Go. }, { name: B, cron_expr: 0 * * * *, prompt: Go. }, { name: Mine, cron_expr: 0 * * * *, prompt: Other. }], channels: [{ type: slack }] }',
    );
    const pm = row('PM', null, {
      schedules: [
        { ...schedule, name: 'A', source: 'TEMPLATE' },
        { ...schedule, name: 'Gone', source: 'TEMPLATE' },
        { ...schedule, name: 'Long gone', source: 'TEMPLATE', enabled: false },
        { ...schedule, name: 'Mine', source: 'RUNTIME' },
        { ...schedule, name: 'Also mine', source: 'RUNTIME' },
      ],
      channels: [{ type: 'discord', config: {}, allowedUsers: [], enabled: true, source: 'RUNTIME' }],
    });
    const [item] = planOrgImport(doc, [pm], 'RECONCILE').items;
    expect(item?.action).toBe('UPDATED');
    expect(item?.drift).toEqual([
      {
        field: 'schedules.A',
        before: { name: 'A', ...schedule },
        after: { name: 'A', ...schedule, cronExpr: '5 * * * *' },
      },
      { field: 'schedules.B', before: null, after: { name: 'B', ...schedule } },
      {
        field: 'schedules.Gone',
        before: { name: 'Gone', ...schedule },
        after: { name: 'Gone', ...schedule, enabled: false },
      },
      {
        field: 'channels.slack',
        before: null,
        after: { type: 'slack', config: {}, allowedUsers: [], enabled: true },
      },
    ]);
    expect(planOrgImport(doc, reconciled(doc, [pm]), 'RECONCILE').counts).toMatchObject({
      skipped: 1,
      updated: 0,
    });
  });

  it('moves a subtree as one, and its children then are at their places', () => {
    const before = document(w('A', w('Team', w('One'), w('Two'))), w('B'));
    const rows = imported(before);
    const plan = planOrgImport(document(w('A'), w('B', w('Team', w('One'), w('Two')))), rows, 'RECONCILE');
    expect(actions(plan)).toEqual([
      'SKIPPED A',
      'SKIPPED B',
      'MOVED B/Team',
      'SKIPPED B/Team/One',
      'SKIPPED B/Team/Two',
    ]);
  });

  it('turns a parent and its child round without a cycle', () => {
    const rows = imported(document(w('A', w('B', w('C')))));
    const doc = document(w('C', w('B', w('A'))));
    const plan = planOrgImport(doc, rows, 'RECONCILE');
    expect(actions(plan)).toEqual(['MOVED C', 'MOVED C/B', 'MOVED C/B/A']);
    expect(paths(applied(plan, rows, 'Acme'))).toEqual(['C', 'C/B', 'C/B/A']);
  });

  it('moves below a workspace that it creates', () => {
    const plan = planOrgImport(
      document(w('A', w('New', w('X')))),
      imported(document(w('A', w('X')))),
      'RECONCILE',
    );
    expect(actions(plan)).toEqual(['SKIPPED A', 'CREATED A/New', 'MOVED A/New/X']);
  });

  it('moves one of two rows of a name when the other has its place', () => {
    const rows = imported(document(w('A', w('X')), w('B', w('X')), w('C')));
    const plan = planOrgImport(document(w('A', w('X')), w('B'), w('C', w('X'))), rows, 'RECONCILE');
    expect(actions(plan)).toEqual(['SKIPPED A', 'SKIPPED A/X', 'SKIPPED B', 'SKIPPED C', 'MOVED C/X']);
  });

  it('does not guess: two rows for one place, or two places for one row, are created and removed', () => {
    const two = imported(document(w('A', w('X')), w('B', w('X')), w('C')));
    expect(actions(planOrgImport(document(w('A'), w('B'), w('C', w('X'))), two, 'RECONCILE'))).toEqual([
      'SKIPPED A',
      'SKIPPED B',
      'SKIPPED C',
      'CREATED C/X',
      'REMOVED A/X',
      'REMOVED B/X',
    ]);
    const one = imported(document(w('A', w('X')), w('B'), w('C')));
    expect(
      actions(planOrgImport(document(w('A'), w('B', w('X')), w('C', w('X'))), one, 'RECONCILE')),
    ).toEqual(['SKIPPED A', 'SKIPPED B', 'CREATED B/X', 'SKIPPED C', 'CREATED C/X', 'REMOVED A/X']);
  });

  it('removes the row that someone inserted elsewhere and keeps the imported one', () => {
    const doc = document(w('PM', w('Dev'), w('QA')));
    const rows = imported(doc);
    const stray = row('QA', named(rows, 'Dev'));
    const plan = planOrgImport(doc, [...rows, stray], 'RECONCILE');
    expect(plan.counts).toMatchObject({ skipped: 3, removed: 1 });
    expect(plan.items.at(-1)).toMatchObject({
      action: 'REMOVED',
      workspaceId: stray.id,
      path: ['PM', 'Dev', 'QA'],
    });
  });

  it('counts a row inside a removed row once, parents first', () => {
    const doc = document(w('PM', w('Dev'), w('QA')));
    const rows = imported(doc);
    const outer = row('QA', named(rows, 'Dev'));
    const inner = row('Dev', outer);
    const plan = planOrgImport(doc, [inner, outer, ...rows], 'RECONCILE');
    expect(actions(plan).slice(3)).toEqual(['REMOVED PM/Dev/QA', 'REMOVED PM/Dev/QA/Dev']);
    expect(plan.counts.removed).toBe(2);
  });

  it('keeps a row, and the rows above it, that has something below it which it must not touch', () => {
    const doc = document(w('PM', w('Dev'), w('QA')));
    const rows = imported(doc);
    const outer = row('QA', named(rows, 'Dev'));
    const inner = row('Dev', outer);
    const foreign = row('Hand made', inner);
    const other = row('QA', inner);
    const plan = planOrgImport(doc, [...rows, outer, inner, foreign, other], 'RECONCILE');
    expect(actions(plan).slice(3)).toEqual([
      'SKIPPED PM/Dev/QA',
      'SKIPPED PM/Dev/QA/Dev',
      'SKIPPED PM/Dev/QA/Dev/Hand made',
      'REMOVED PM/Dev/QA/Dev/QA',
    ]);
    expect(plan.items[3]?.reason).toBe('Below it is "Hand made", which the import must not remove.');
    expect(plan.counts).toMatchObject({ skipped: 3, removed: 1 });
  });

  it('never touches names that the document does not hold, nor rows outside its scope', () => {
    const doc = document(w('PM', w('Dev')));
    const rows = imported(doc);
    const foreign = row('Hand made', named(rows, 'Dev'));
    const otherRoot = row('Other', null, { importDocument: 'Other' });
    const sameName = row('Dev', otherRoot, { importDocument: 'Other' });
    const plan = planOrgImport(doc, [...rows, foreign, otherRoot, sameName], 'RECONCILE');
    expect(actions(plan)).toEqual(['SKIPPED PM', 'SKIPPED PM/Dev', 'SKIPPED PM/Dev/Hand made']);
  });

  it('takes rows that an import of the same document made wherever they are', () => {
    const doc = document(w('PM', w('Dev')), w('Ops'));
    const other = row('Other', null);
    const strayOps = row('Ops', other, { importDocument: 'Acme' });
    const plan = planOrgImport(doc, [row('PM', null), other, strayOps], 'RECONCILE');
    expect(actions(plan)).toEqual(['SKIPPED PM', 'CREATED PM/Dev', 'MOVED Ops']);
  });

  it('keeps rows of names that are not to be spawned, wherever they are', () => {
    const doc = document(w('PM', '{ name: QA, spawning: false, children: [{ name: Tester }] }', w('Dev')));
    const pm = row('PM', null);
    const dev = row('Dev', pm);
    const qa = row('QA', pm);
    const plan = planOrgImport(doc, [pm, dev, qa, row('Tester', dev)], 'RECONCILE');
    expect(actions(plan)).toEqual([
      'SKIPPED PM',
      'NOT_SPAWNED PM/QA',
      'NOT_SPAWNED PM/QA/Tester',
      'SKIPPED PM/Dev',
      'SKIPPED PM/Dev/Tester',
    ]);
    expect(plan.items[1]?.workspaceId).toBe(qa.id);
    expect(plan.counts).toMatchObject({ removed: 0, notSpawned: 2, skipped: 2 });
  });

  it('removes nothing for a document without workspaces, or with none to spawn', () => {
    const rows = [row('PM', null, { importDocument: 'Acme' }), row('Dev', null, { importDocument: 'Acme' })];
    expect(planOrgImport(document(), rows, 'RECONCILE').counts.removed).toBe(0);
    const idle = document(
      '{ name: PM, spawning: false }',
      '{ name: X, spawning: false, children: [{ name: Dev }] }',
    );
    expect(planOrgImport(idle, rows, 'RECONCILE').counts.removed).toBe(0);
  });
});

describe('the hash', () => {
  const doc = document(w('PM', w('Dev')));
  const rows = imported(doc);
  const hashOf = (of: OrgDocument, tree: LiveWorkspace[], mode: 'MERGE' | 'RECONCILE' = 'MERGE') =>
    planOrgImport(of, tree, mode).hash;

  it('is the same for the same plan, whatever the order of rows and of JSON keys', () => {
    const shuffled = [...rows].reverse().map((each) => ({ ...each, spec: {} }));
    expect(hashOf(doc, shuffled)).toBe(hashOf(doc, rows));
    expect(hashOf(doc, rows)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('stays when a row appears that the plan does nothing with', () => {
    expect(hashOf(doc, [...rows, row('Hand made', named(rows, 'PM'))])).toBe(hashOf(doc, rows));
  });

  it('changes with the mode, with what would be created, with drift and with the rows that would be removed', () => {
    const hashes = [
      hashOf(doc, []),
      hashOf(document(w('PM', '{ name: Dev, tier: 2 }')), []),
      hashOf(doc, rows),
      hashOf(doc, rows, 'RECONCILE'),
      hashOf(doc, [...rows, row('PM', named(rows, 'Dev'))], 'RECONCILE'),
      hashOf(
        doc,
        rows.map((each) => ({ ...each, role: 'Changed' })),
      ),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
