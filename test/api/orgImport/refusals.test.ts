/** What an import is refused with, and what is left of it. */
import { openPsql, uuidOf } from '../../support/psql.ts';
import { describe, expect, test } from '../../support/test.ts';
import { documentOf, importerOf } from './importing.ts';

const TERMINAL = ['ORG_IMPORT_COMPLETED', 'ORG_IMPORT_FAILED'];

describe('a source that cannot be read', () => {
  test('is INVALID_ORG_SOURCE with every issue, and leaves no import and no event', async ({ team }) => {
    const importer = importerOf(team);
    const before = await team.footprint();
    const error = await importer.refusal({
      entry: 'org.yaml',
      files: [
        {
          path: 'org.yaml',
          content:
            'name: Acme\nworkspaces:\n  - name: PM\n    tier: 99\n  - !include ../secret.yaml\n  - !include dev.yaml\n',
        },
        {
          path: 'dev.yaml',
          content: 'name: Dev\nschedules:\n  - { name: S, cron_expr: often, prompt: p }\n',
        },
      ],
    });
    expect(error).toMatchObject({ code: 'INVALID_ORG_SOURCE' });
    expect('issues' in error && error.issues).toMatchObject([
      { file: 'org.yaml', line: 4, path: 'workspaces[0].tier' },
      { file: 'org.yaml', line: 5 },
      { file: 'dev.yaml', line: 3 },
    ]);
    expect(await team.footprint()).toEqual(before);
  });

  test.for([
    { title: 'no source', source: {}, path: 'source' },
    { title: 'two sources', source: { yaml: 'name: A', directory: 'a' }, path: 'source' },
    { title: 'an entry without files', source: { yaml: 'name: A', entry: 'a' }, path: 'source.entry' },
    { title: 'files without an entry', source: { files: [] }, path: 'source.entry' },
  ])('$title is INVALID_INPUT', async ({ source, path }, { sharedTeam }) => {
    const error = await importerOf(sharedTeam).refusal(source);
    expect(error).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path }] });
  });

  test('a directory without a templates directory is INVALID_ORG_SOURCE', async ({ sharedTeam }) => {
    expect(await importerOf(sharedTeam).refusal({ directory: 'team' })).toMatchObject({
      code: 'INVALID_ORG_SOURCE',
    });
  });

  test('names of variables and numbers are checked together', async ({ sharedTeam }) => {
    const error = await importerOf(sharedTeam).refusal(documentOf({}), {
      environment: ['A=1'],
      maxRemovals: -1,
    });
    expect(error).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'environment.0' }, { path: 'maxRemovals' }],
    });
  });
});

test('a stale plan is PLAN_STALE with the present hash, and the import has failed', async ({ team }) => {
  const importer = importerOf(team);
  const plan = await importer.plan(documentOf({ PM: {} }));
  await importer.import(documentOf({ PM: { Dev: {} } }));
  const error = await importer.refusal(documentOf({ PM: {} }), { expectedPlanHash: plan.hash });
  const { hash } = await importer.plan(documentOf({ PM: {} }));
  expect(error).toMatchObject({ code: 'PLAN_STALE', currentPlanHash: hash });
  const events = await team.structureEvents();
  expect(events.filter(({ type }) => TERMINAL.includes(type)).map(({ type }) => type)).toEqual([
    'ORG_IMPORT_COMPLETED',
    'ORG_IMPORT_FAILED',
  ]);
  expect(events.at(-1)).toMatchObject({
    type: 'ORG_IMPORT_FAILED',
    payload: { name: 'Acme', mode: 'MERGE', created_count: 0, error: expect.stringContaining('PLAN_STALE') },
  });
  await importer.import(documentOf({ PM: {} }), { expectedPlanHash: hash });
});

test('more removals than allowed are TOO_MANY_REMOVALS', async ({ team }) => {
  const importer = importerOf(team);
  await importer.import(documentOf({ PM: { A: {}, B: {} }, X: { A: {}, B: {} } }));
  const document = documentOf({ PM: { A: {}, B: {} }, X: {} });
  expect(await importer.refusal(document, { mode: 'RECONCILE', maxRemovals: 1 })).toMatchObject({
    code: 'TOO_MANY_REMOVALS',
    count: 2,
    limit: 1,
  });
  expect(await importer.tree()).toHaveLength(6);
  expect((await importer.reconcile(document, { maxRemovals: 2 })).import).toMatchObject({ removedCount: 2 });
});

test('a move that would make the tree too deep is WORKSPACE_TOO_DEEP, and nothing is written', async ({
  team,
  psql,
}) => {
  const importer = importerOf(team);
  const chain = (names: string[]) => documentOf(names.reduceRight((below, name) => ({ [name]: below }), {}));
  const levels = Array.from({ length: 60 }, (_, level) => `L${level}`);
  await importer.import(chain(levels));
  // A row of no document: it comes along with what is above it.
  await importer.import(chain(['Lead', 'a', 'b', 'c', 'd', 'e']).replace('"Acme"', '"Other"'));
  await psql(`UPDATE workspace SET import_document = 'Acme' WHERE organization_id = $1 AND name = 'Lead'`, [
    uuidOf(team.id),
  ]);
  const before = await importer.tree();
  expect(await importer.refusal(chain([...levels, 'Lead']), { mode: 'RECONCILE' })).toMatchObject({
    code: 'WORKSPACE_TOO_DEEP',
  });
  expect(await importer.tree()).toEqual(before);
});

test('while another import holds the tree, an import is IMPORT_IN_PROGRESS', async ({ team, database }) => {
  await using holder = await openPsql(database.url);
  await holder('BEGIN');
  await holder('SELECT lock_org_tree($1)', [uuidOf(team.id)]);
  expect(await importerOf(team).refusal(documentOf({ PM: {} }))).toMatchObject({
    code: 'IMPORT_IN_PROGRESS',
  });
  await holder('COMMIT');
  expect(
    (await team.structureEvents())
      .filter(({ type }) => type.startsWith('ORG_IMPORT_'))
      .map(({ type }) => type),
  ).toEqual(['ORG_IMPORT_STARTED', 'ORG_IMPORT_FAILED']);
  await importerOf(team).import(documentOf({ PM: {} }));
});

test('a dry run writes nothing and returns the plan', async ({ team }) => {
  const importer = importerOf(team);
  const before = await team.footprint();
  const {
    import: row,
    plan,
    items,
  } = await importer.import(documentOf({ PM: {} }), {
    dryRun: true,
    expectedPlanHash: 'no such hash',
    idempotencyKey: 'dry',
  });
  expect(row).toBeNull();
  expect(items).toMatchObject([{ name: 'PM', action: 'CREATED', workspace: null }]);
  expect(plan).toEqual(await importer.plan(documentOf({ PM: {} })));
  expect(await team.footprint()).toEqual(before);
});

describe('without a runtime', () => {
  test('missing variables are warnings', async ({ team }) => {
    const { import: row, plan } = await importerOf(team).import(
      'name: Acme\nrequired_env: [API_KEY, { any_of: [A, B] }]\nrecommended_env: [SEARCH]\nworkspaces: [{ name: PM }]\n',
      { environment: ['B'] },
    );
    expect(row?.warnings).toEqual([
      { path: 'required_env', message: 'API_KEY is not available. Needed by the whole organization.' },
      { path: 'recommended_env', message: 'SEARCH is not available. Needed by the whole organization.' },
    ]);
    expect(plan.unmetRequirements.map(({ anyOf, level }) => `${level} ${anyOf}`)).toEqual([
      'REQUIRED API_KEY',
      'RECOMMENDED SEARCH',
    ]);
  });
});

test('exportOrg of what the viewer may not see is null', async ({ team, createTeam }) => {
  const stranger = (await createTeam()).owner;
  const importer = importerOf(team);
  const { items } = await importer.import(documentOf({ PM: { Dev: {} } }));
  const root = items[1]?.workspace?.id;
  expect(await importer.export(root)).toContain('Dev');
  expect(await importer.export(root)).not.toContain('PM');
  expect(await importerOf(team, stranger).export()).toBe('');
  expect(await importerOf(await createTeam()).export(root)).toBe('');
});
