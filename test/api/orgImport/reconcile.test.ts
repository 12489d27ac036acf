/** What RECONCILE moves, updates and removes, and what it never touches. */
import { uuidOf } from '../../support/psql.ts';
import { describe, expect, test } from '../../support/test.ts';
import { actionsOf, documentOf, importerOf, type Tree } from './importing.ts';

const OLD: Tree = {
  PM: {
    'Dev Lead': {},
    'Research Lead': {},
    'Infra Lead': {},
    QA: {},
    Docs: {},
    Design: {},
    Security: {},
    Data: {},
  },
};
/** The same nine, with eight of them under another parent. */
const NEW: Tree = {
  Board: {
    'Dev Lead': {},
    'Research Lead': {},
    'Infra Lead': {},
    QA: {},
    Docs: {},
    Design: {},
    Security: {},
    Data: {},
  },
};

describe('nine workspaces of which eight get another parent', () => {
  test('MERGE makes a second row of each and names the first; RECONCILE removes the first', async ({
    team,
  }) => {
    const importer = importerOf(team);
    const first = await importer.import(documentOf(OLD));
    const ids = new Map(first.items.map(({ name, workspace }) => [name, workspace?.id]));

    const merged = await importer.import(documentOf(NEW));
    expect(merged.import).toMatchObject({ createdCount: 9 });
    expect(await importer.tree()).toHaveLength(18);
    for (const { name, duplicateOf } of merged.items.filter(({ action }) => action === 'CREATED')) {
      expect(duplicateOf?.id).toBe(name === 'Board' ? undefined : ids.get(name));
    }

    const reconciled = await importer.reconcile(documentOf(NEW));
    expect(reconciled.import).toMatchObject({
      createdCount: 0,
      movedCount: 0,
      removedCount: 8,
      skippedCount: 9,
    });
    const left = (await importer.tree()).map(({ path }) => path.join('/'));
    // The document does not hold the name of the old root, so it stays.
    expect(left).toHaveLength(10);
    expect(left).toContain('PM');
    const again = await importer.reconcile(documentOf(NEW));
    expect(again.import).toMatchObject({ createdCount: 0, removedCount: 0, skippedCount: 9 });
  });

  test('17 live rows become 9 when the root keeps its name', async ({ team }) => {
    const importer = importerOf(team);
    const flat: Tree = { PM: Object.fromEntries('ABCDEFGH'.split('').map((name) => [name, {}])) };
    const nested: Tree = { PM: {}, ...Object.fromEntries('ABCDEFGH'.split('').map((name) => [name, {}])) };
    await importer.import(documentOf(flat));
    await importer.import(documentOf(nested));
    expect(await importer.tree()).toHaveLength(17);
    const { import: row } = await importer.reconcile(documentOf(nested));
    expect(row).toMatchObject({ removedCount: 8, createdCount: 0 });
    expect(await importer.tree()).toHaveLength(9);
    expect((await importer.reconcile(documentOf(nested))).import).toMatchObject({ removedCount: 0 });
  });

  test('RECONCILE straight away moves the eight, with their agents and history', async ({ team }) => {
    const importer = importerOf(team);
    await importer.import(documentOf({ PM: { Lead: { A: {}, B: {} } } }));
    const before = new Map(
      (await importer.tree()).map(({ name, id, agent }) => [name, { id, agent: agent?.id }]),
    );
    const moved = await importer.reconcile(documentOf({ PM: {}, Lead: { A: {}, B: {} } }));
    expect(actionsOf(moved)).toEqual(['PM SKIPPED', 'Lead MOVED', 'Lead/A SKIPPED', 'Lead/B SKIPPED']);
    const after = await importer.tree();
    expect(after.map(({ path }) => path.join('/'))).toEqual(['Lead', 'Lead/A', 'Lead/B', 'PM']);
    for (const { name, id, agent } of after) expect({ id, agent: agent?.id }).toEqual(before.get(name));
    const changes = await team.changes({
      types: ['WORKSPACE_CREATED', 'WORKSPACE_UPDATED', 'WORKSPACE_MOVED', 'WORKSPACE_REMOVED'],
      requestId: moved.requestId,
    });
    expect(changes).toMatchObject([{ type: 'WORKSPACE_MOVED', entityId: before.get('Lead')?.id }]);
  });
});

test('a row that another program inserted under another parent is removed, and the imported one keeps its id', async ({
  team,
  psql,
}) => {
  const importer = importerOf(team);
  const { items } = await importer.import(documentOf({ PM: { 'Infra Lead': {} }, QA: {} }));
  const id = (name: string) => items.find((item) => item.name === name)?.workspace?.id ?? '';
  await psql(`INSERT INTO workspace (organization_id, parent_id, name) VALUES ($1, $2, 'Infra Lead')`, [
    uuidOf(team.id),
    uuidOf(id('QA')),
  ]);
  const reconciled = await importer.reconcile(documentOf({ PM: { 'Infra Lead': {} }, QA: {} }));
  expect(reconciled.import).toMatchObject({ removedCount: 1, skippedCount: 3 });
  const tree = await importer.tree();
  expect(tree.filter(({ name }) => name === 'Infra Lead').map((each) => each.id)).toEqual([id('Infra Lead')]);
});

test('rows of the same names in another organization stay', async ({ team, createTeam }) => {
  const other = importerOf(await createTeam());
  await other.import(documentOf({ QA: { PM: {} } }));
  const before = await other.tree();
  const importer = importerOf(team);
  await importer.import(documentOf({ QA: { PM: {} } }));
  await importer.reconcile(documentOf({ PM: {}, QA: {} }));
  expect((await importer.tree()).map(({ path }) => path.join('/'))).toEqual(['PM', 'QA']);
  expect(await other.tree()).toEqual(before);
});

test('an agent whose workspace is removed is offboarded, children before their parents', async ({ team }) => {
  const importer = importerOf(team);
  await importer.import(documentOf({ PM: { A: { B: {} } }, X: { A: { B: {} } } }));
  const removed = await importer.reconcile(documentOf({ PM: { A: { B: {} } }, X: {} }));
  expect(removed.import).toMatchObject({ removedCount: 2 });
  const changes = await team.changes({
    types: ['WORKSPACE_REMOVED', 'AGENT_OFFBOARDED'],
    requestId: removed.requestId,
  });
  expect(changes.map(({ type }) => type)).toEqual([
    'WORKSPACE_REMOVED',
    'WORKSPACE_REMOVED',
    'AGENT_OFFBOARDED',
    'AGENT_OFFBOARDED',
  ]);
  expect(changes.slice(0, 2).map(({ payload }) => (payload as { row: { name: string } }).row.name)).toEqual([
    'B',
    'A',
  ]);
});

test('fields of the template follow the document, in one change a row', async ({ team, psql }) => {
  const importer = importerOf(team);
  const document = (role: string, cron: string, schedule = 'Standup') =>
    JSON.stringify({
      name: 'Acme',
      workspaces: [
        {
          name: 'PM',
          role,
          plugins: [role],
          note: role,
          schedules: [{ name: schedule, cron_expr: cron, prompt: 'Go' }],
        },
      ],
    });
  const { items } = await importer.import(document('plans', '0 9 * * *'));
  const workspaceId = uuidOf(items[0]?.workspace?.id ?? '');
  await psql(
    `INSERT INTO workspace_schedule (organization_id, workspace_id, name, cron_expr, prompt) VALUES ($1, $2, 'Mine', '1 1 * * *', 'x')`,
    [uuidOf(team.id), workspaceId],
  );
  const skipped = await importer.import(document('leads', '0 8 * * *'));
  expect(skipped.items[0]).toMatchObject({
    action: 'SKIPPED',
    drift: [
      { field: 'role', before: 'plans', after: 'leads' },
      { field: 'plugins' },
      { field: 'spec.note' },
      { field: 'schedules.Standup' },
    ],
  });
  const updated = await importer.reconcile(document('leads', '0 8 * * *', 'Morning'));
  expect(updated.items[0]?.action).toBe('UPDATED');
  const changes = await team.changes({ types: ['WORKSPACE_UPDATED'], requestId: updated.requestId });
  expect(changes.map(({ payload }) => (payload as { changed: string[] }).changed)).toEqual([
    ['plugins', 'role', 'spec'],
  ]);
  const schedules = await psql(
    `SELECT name, cron_expr, enabled, source FROM workspace_schedule WHERE workspace_id = $1 ORDER BY name`,
    [workspaceId],
  );
  expect(schedules).toEqual([
    { name: 'Mine', cron_expr: '1 1 * * *', enabled: true, source: 'RUNTIME' },
    { name: 'Morning', cron_expr: '0 8 * * *', enabled: true, source: 'TEMPLATE' },
    { name: 'Standup', cron_expr: '0 9 * * *', enabled: false, source: 'TEMPLATE' },
  ]);
  expect((await importer.reconcile(document('leads', '0 8 * * *', 'Morning'))).items[0]?.action).toBe(
    'SKIPPED',
  );
});
