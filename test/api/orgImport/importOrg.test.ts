import { describe, expect, test } from '../../support/test.ts';
import { actionsOf, documentOf, importerOf } from './importing.ts';

const TEAM = { PM: { Developer: {}, Tester: {} } };

describe('importOrg', () => {
  test('creates a tree, with an agent that the importer hired in each workspace', async ({ team }) => {
    const { import: row, items, plan } = await importerOf(team).import(documentOf(TEAM));
    expect(row).toMatchObject({
      name: 'Acme',
      mode: 'MERGE',
      status: 'COMPLETED',
      createdCount: 3,
      skippedCount: 0,
      provisionedCount: 3,
      error: null,
      planHash: plan.hash,
    });
    expect(actionsOf({ items })).toEqual(['PM CREATED', 'PM/Developer CREATED', 'PM/Tester CREATED']);
    const tree = await importerOf(team).tree();
    expect(items.map(({ workspace }) => workspace?.id)).toEqual(tree.map(({ id }) => id));
    expect(tree).toMatchObject(
      [['PM'], ['PM', 'Developer'], ['PM', 'Tester']].map((path) => ({
        path,
        status: 'ONLINE',
        importDocument: 'Acme',
        agent: { name: path.at(-1), status: 'RUNNING', hiredBy: { id: expect.any(String) } },
      })),
    );
  });

  test('skips what exists when it is imported again', async ({ team }) => {
    const importer = importerOf(team);
    const first = await importer.import(documentOf(TEAM));
    const second = await importer.import(documentOf(TEAM));
    expect(second.import).toMatchObject({ createdCount: 0, skippedCount: 3 });
    expect(second.items.map(({ workspace }) => workspace?.id)).toEqual(
      first.items.map(({ workspace }) => workspace?.id),
    );
  });
});
