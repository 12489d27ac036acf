/** An import takes as many statements for a thousand workspaces as for a hundred. */

import { generatedOrg } from '../../orgImport/generatedOrg.ts';
import { countStatements } from '../../support/statements.ts';
import { test as base, expect } from '../../support/test.ts';
import { type Importer, importerOf } from './importing.ts';

const test = base.extend('config', { scope: 'file' }, { jobs: false });

test('statements do not grow with the workspaces', async ({ database, createTeam }) => {
  async function statementsFor(size: number) {
    const importer = importerOf(await createTeam());
    const counted = async (step: (importer: Importer) => Promise<unknown>) => {
      const statements = countStatements(database.url);
      try {
        await step(importer);
        return statements.count();
      } finally {
        statements.stop();
      }
    };
    return {
      created: await counted(() => importer.import(generatedOrg(size))),
      skipped: await counted(() => importer.import(generatedOrg(size))),
      copied: await counted(() => importer.import(generatedOrg(size, { raised: 0.1 }))),
      removed: await counted(() => importer.reconcile(generatedOrg(size, { raised: 0.1 }))),
      movedAndUpdated: await counted(() => importer.reconcile(generatedOrg(size, { role: 'Leads' }))),
      exported: await counted(() => importer.export()),
    };
  }
  const few = await statementsFor(100);
  expect(await statementsFor(1_000)).toEqual(few);
  expect(Math.max(...Object.values(few))).toBeLessThan(60);
});
