/** A server is killed at each step of an import. The whole tree exists or nothing of it, and every import ends once. */
import { documentOf, importerOf } from '../api/orgImport/importing.ts';
import { TIMEOUT } from '../support/faults/scale.ts';
import { openPsql, type Psql, uuidOf } from '../support/psql.ts';
import { createTeamAt } from '../support/team.ts';
import { expect, it } from '../support/test.ts';

const DOCUMENT = JSON.stringify({
  name: 'Acme',
  workspaces: [{ name: 'PM', schedules: [{ name: 'Pulse', cron_expr: '* * * * *', prompt: 'Look.' }] }],
});

/** Where the import waits when it is killed: for a table that another program has locked. */
const STEPS = ['org_import', 'workspace', 'workspace_schedule', 'agent', 'structure_event'];

async function importsOf(psql: Psql, organizationId: string) {
  return await psql<{ status: string; events: string[] }>(
    `SELECT i.status, array(
              SELECT e.type FROM structure_event e WHERE e.import_id = i.id AND e.type LIKE 'org.%' ORDER BY e.occurred_at
            ) AS events
       FROM org_import i WHERE i.organization_id = $1 ORDER BY i.started_at`,
    [uuidOf(organizationId)],
  );
}

it('an import killed at any step has written nothing, and is FAILED after the restart', {
  timeout: TIMEOUT,
}, async ({ ownDatabase, startServer }) => {
  await using psql = await openPsql(ownDatabase.url);
  await using holder = await openPsql(ownDatabase.url);
  await using treeHolder = await openPsql(ownDatabase.url);
  let server = await startServer();
  const team = await createTeamAt(server.url, ownDatabase.url);
  let failed = 0;

  for (const step of STEPS) {
    const isStarted = step !== 'org_import';
    if (isStarted) {
      await treeHolder('BEGIN');
      await treeHolder('SELECT lock_org_tree($1)', [uuidOf(team.id)]);
    }
    const lockTable = async () => {
      await holder('BEGIN');
      await holder(`LOCK TABLE ${step} IN SHARE MODE`);
    };
    if (!isStarted) await lockTable();
    const importing = importerOf(team.at(server.url))
      .send(DOCUMENT)
      .catch(() => 'cut off');
    if (isStarted) {
      // Its start is committed by now, so that the table can be locked against all the rest.
      await expect.poll(async () => (await importsOf(psql, team.id)).length).toBe(failed + 1);
      await lockTable();
      await treeHolder('COMMIT');
    }
    const waiting = () => psql('SELECT FROM pg_locks WHERE relation = $1::regclass AND NOT granted', [step]);
    await expect.poll(async () => (await waiting()).length).toBeGreaterThan(0);
    await server.stop('SIGKILL');
    expect(await importing).toBe('cut off');
    await holder('COMMIT');
    if (isStarted) failed += 1;

    server = await startServer();
    await expect
      .poll(() => importsOf(psql, team.id))
      .toEqual(Array(failed).fill({ status: 'FAILED', events: ['org.import.started', 'org.import.failed'] }));
    expect(await psql('SELECT FROM workspace')).toEqual([]);
    expect(await psql('SELECT FROM agent')).toEqual([]);
  }

  const importer = importerOf(team.at(server.url));
  expect((await importer.import(documentOf({ PM: {} }))).import).toMatchObject({ createdCount: 1 });
  expect((await importsOf(psql, team.id)).at(-1)).toEqual({
    status: 'COMPLETED',
    events: ['org.import.started', 'org.import.completed'],
  });
});

it('an import killed right after its commit is complete, whether or not the client got the answer', {
  timeout: TIMEOUT,
}, async ({ ownDatabase, startServer }) => {
  await using psql = await openPsql(ownDatabase.url);
  const server = await startServer();
  const team = await createTeamAt(server.url, ownDatabase.url);
  const sent = importerOf(team)
    .send(DOCUMENT, { idempotencyKey: 'once' })
    .catch(() => undefined);
  await expect
    .poll(async () => (await importsOf(psql, team.id))[0]?.status, { interval: 1 })
    .toBe('COMPLETED');
  await server.stop('SIGKILL');
  await sent;
  const importer = importerOf(team.at((await startServer()).url));
  expect((await importer.import(DOCUMENT, { idempotencyKey: 'once' })).import).toMatchObject({
    status: 'COMPLETED',
    createdCount: 1,
  });
  expect(await importsOf(psql, team.id)).toHaveLength(1);
  expect(await importer.tree()).toHaveLength(1);
});
