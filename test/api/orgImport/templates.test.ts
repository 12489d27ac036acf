/** Whole org files: planned, imported, imported again, reconciled, exported and imported once more. */
import { fileURLToPath } from 'node:url';
import { developmentTeam } from '../../orgImport/developmentTeam.ts';
import { test as base, expect } from '../../support/test.ts';
import { importerOf } from './importing.ts';

const test = base.extend(
  'config',
  { scope: 'file' },
  { orgTemplatesDir: fileURLToPath(new URL('templates', import.meta.url)) },
);

const files = Object.entries(developmentTeam()).map(([path, content]) => ({ path, content }));
const ENVIRONMENT = ['BUILDER_API_KEY', 'ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN'];

test.for([
  { name: 'Three Workers', source: { directory: 'three-workers' }, count: 3 },
  { name: 'Smoke Test', source: { directory: 'smoke-test' }, count: 1 },
  { name: 'UX Lab', source: { directory: 'ux-lab' }, count: 7 },
  { name: 'Development Team', source: { files, entry: 'org.yaml' }, count: 42 },
])(
  '$name is created once, kept, and read back from its export',
  async ({ name, source, count }, { team }) => {
    const importer = importerOf(team);
    const options = { environment: ENVIRONMENT };

    const plan = await importer.plan(source, options);
    expect(plan.items.map(({ action }) => action)).toEqual(Array(count).fill('CREATED'));
    expect(await importer.tree()).toEqual([]);

    const created = await importer.import(source, { ...options, expectedPlanHash: plan.hash });
    expect(created.import).toMatchObject({ name, createdCount: count, status: 'COMPLETED' });
    const tree = await importer.tree();
    expect(tree).toHaveLength(count);
    expect(new Set(tree.map(({ agent }) => agent?.id)).size).toBe(count);

    const again = await importer.import(source, options);
    expect(again.import).toMatchObject({ createdCount: 0, skippedCount: count });
    expect(again.items.flatMap(({ drift }) => drift)).toEqual([]);
    const reconciled = await importer.reconcile(source, options);
    expect(reconciled.import).toMatchObject({
      createdCount: 0,
      updatedCount: 0,
      movedCount: 0,
      removedCount: 0,
      skippedCount: count,
    });

    const yaml = await importer.export();
    const reimported = await importer.reconcile(yaml, options);
    expect(reimported.import).toMatchObject({ name, createdCount: 0, removedCount: 0, skippedCount: count });
    expect(reimported.items.map(({ action }) => action)).toEqual(Array(count).fill('SKIPPED'));
    expect(await importer.export()).toBe(yaml);
    expect(await importer.tree()).toEqual(tree);
  },
);

test('keeps what no rule reads, of the organization too', async ({ team }) => {
  const importer = importerOf(team);
  await importer.import(`
name: Acme
description: Builds rockets
global_memories: [{ content: Safety first }]
workspaces:
  - { name: PM, canvas: { x: 1, y: 2 }, pet: cat, initial_prompt: "Hello\\nthere" }
`);
  const yaml = await importer.export();
  for (const kept of ['Builds rockets', 'Safety first', 'pet: cat', 'canvas']) expect(yaml).toContain(kept);
});

test('writes schedules and channels of the document as made by a template', async ({ team, psql }) => {
  const importer = importerOf(team);
  await importer.import({ files, entry: 'org.yaml' }, { environment: ENVIRONMENT });
  const [counts] = await psql<{ schedules: number; channels: number }>(
    `SELECT (SELECT count(*)::int FROM workspace_schedule s JOIN organization o ON o.id = s.organization_id
              WHERE o.slug = $1 AND source = 'TEMPLATE') AS schedules,
            (SELECT count(*)::int FROM workspace_channel c JOIN organization o ON o.id = c.organization_id
              WHERE o.slug = $1 AND source = 'TEMPLATE') AS channels`,
    [team.slug],
  );
  expect(counts).toEqual({ schedules: 44, channels: 8 });
});
