/** Every import starts once and ends once, whatever happens in between. */
import { randomUUID } from 'node:crypto';
import { graphql } from '../../graphql/gql.ts';
import { OffboardAgent } from '../../support/mutations.ts';
import { openPsql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { expect, test } from '../../support/test.ts';
import { documentOf, ImportOrg, importerOf } from './importing.ts';

const EventsOf = graphql(`
  query EventsOf($slug: String!, $importId: ID) {
    organization(slug: $slug) {
      structureEvents(first: 100, importId: $importId) {
        nodes {
          type
          importId
          payload
        }
      }
      orgImports {
        nodes {
          id
          name
          status
          error
        }
      }
    }
  }
`);

const ImportChanged = graphql(`
  subscription ImportChanged($organizationId: ID!, $importId: ID, $after: String) {
    orgImportChanged(organizationId: $organizationId, importId: $importId, after: $after) {
      type
      import {
        id
        name
        status
        createdCount
      }
    }
  }
`);

async function eventsOf(team: Team, importId?: string) {
  const { organization } = await team.owner.query(EventsOf, { slug: team.slug, importId });
  if (!organization) throw new Error('The organization is gone.');
  return {
    events: organization.structureEvents.nodes.toReversed(),
    imports: organization.orgImports.nodes.toReversed(),
  };
}

test('a completed import records its start and its end in the audit trail, all with its id', async ({
  team,
}) => {
  const importer = importerOf(team);
  const { import: row, cursor } = await importer.import(documentOf({ PM: { Dev: {} } }));
  const { events, imports } = await eventsOf(team, row?.id);
  expect(events.map(({ type }) => type)).toEqual([
    'ORG_IMPORT_STARTED',
    'AGENT_HIRED',
    'AGENT_HIRED',
    'ORG_IMPORT_COMPLETED',
  ]);
  for (const { importId } of events) expect(importId).toBe(row?.id);
  expect(events[0]?.payload).toEqual({ name: 'Acme', mode: 'MERGE' });
  expect(events[1]?.payload).toMatchObject({
    name: 'PM',
    workspace: expect.any(String),
    workspaceName: 'PM',
  });
  expect(events[3]?.payload).toEqual({
    name: 'Acme',
    mode: 'MERGE',
    created_count: 2,
    skipped_count: 0,
    updated_count: 0,
    moved_count: 0,
    reconcile_removed_count: 0,
    duration_ms: row?.durationMs,
    error: null,
  });
  expect(imports).toMatchObject([{ id: row?.id, name: 'Acme', status: 'COMPLETED' }]);

  const heard = await team.owner.subscribe(ImportChanged, {
    organizationId: team.id,
    importId: row?.id,
    after: cursor,
  });
  expect((await heard.events(2)).map(({ orgImportChanged }) => orgImportChanged)).toEqual([
    { type: 'ORG_IMPORT_STARTED', import: expect.objectContaining({ id: row?.id }) },
    {
      type: 'ORG_IMPORT_COMPLETED',
      import: { id: row?.id, name: 'Acme', status: 'COMPLETED', createdCount: 2 },
    },
  ]);
  await heard.stop();
});

test('ten identical imports at once make one tree', async ({ team }) => {
  const document = documentOf({ PM: { Dev: {}, QA: {} } });
  const done = await Promise.all(Array.from({ length: 10 }, () => importerOf(team).import(document)));
  expect(done.map(({ import: row }) => row?.createdCount).sort()).toEqual([...Array(9).fill(0), 3]);
  expect(await importerOf(team).tree()).toHaveLength(3);
  const { imports } = await eventsOf(team);
  expect(imports.map(({ status }) => status)).toEqual(Array(10).fill('COMPLETED'));
});

test('ten imports at once under one idempotency key are one import', async ({ team }) => {
  const document = documentOf({ PM: { Dev: {} } });
  const done = await Promise.all(
    Array.from({ length: 10 }, () => importerOf(team).import(document, { idempotencyKey: 'once' })),
  );
  expect(new Set(done.map(({ import: row }) => row?.id)).size).toBe(1);
  for (const each of done) expect(each.items).toEqual(done[0]?.items);
  const { imports, events } = await eventsOf(team);
  expect(imports).toHaveLength(1);
  expect(events.filter(({ type }) => type.startsWith('ORG_IMPORT_'))).toHaveLength(2);
  expect(
    await importerOf(team).refusal(document, { idempotencyKey: 'once', mode: 'RECONCILE' }),
  ).toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
  });
});

test('an import goes on when its client hangs up', async ({ app, team, database }) => {
  await using holder = await openPsql(database.url);
  await holder('BEGIN');
  await holder('SELECT lock_org_tree($1)', [uuidOf(team.id)]);
  const hangUp = new AbortController();
  const sent = fetch(`${app.url}/graphql`, {
    method: 'POST',
    signal: hangUp.signal,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${team.owner.token}` },
    body: JSON.stringify({
      query: 'mutation($input: ImportOrgInput!) { importOrg(input: $input) { __typename } }',
      variables: { input: { organizationId: team.id, source: { yaml: documentOf({ PM: {} }) } } },
    }),
  });
  await expect.poll(async () => (await eventsOf(team)).imports.length).toBe(1);
  hangUp.abort();
  await expect(sent).rejects.toThrow();
  await holder('COMMIT');
  await expect.poll(async () => (await eventsOf(team)).imports).toMatchObject([{ status: 'COMPLETED' }]);
  expect(await importerOf(team).tree()).toHaveLength(1);
});

test('an audit trail that refuses every insert fails no import', async ({ team, psql }) => {
  const importer = importerOf(team);
  await importer.import(documentOf({ PM: { A: {} }, X: { A: {} } }));
  const name = `refuse_${randomUUID().replaceAll('-', '')}`;
  await psql(
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no audit'; END $$`,
  );
  await psql(
    `CREATE TRIGGER ${name} BEFORE INSERT ON structure_event FOR EACH ROW
       WHEN (NEW.organization_id = '${uuidOf(team.id)}') EXECUTE FUNCTION ${name}()`,
  );
  try {
    const { import: row } = await importer.reconcile(documentOf({ PM: { A: {} }, X: {}, Y: {} }));
    expect(row).toMatchObject({ status: 'COMPLETED', createdCount: 1, removedCount: 1 });
    expect((await importer.tree()).map(({ path }) => path.join('/'))).toEqual(['PM', 'PM/A', 'X', 'Y']);
    await importer.refusal(documentOf({ Z: {} }), { expectedPlanHash: 'other' });
    const { imports } = await eventsOf(team);
    expect(imports.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED', 'FAILED']);
  } finally {
    await psql(`DROP TRIGGER ${name} ON structure_event`);
    await psql(`DROP FUNCTION ${name}`);
  }
});

test('an import that the database interrupts has failed, and nothing of it is left', async ({
  team,
  database,
}) => {
  await using holder = await openPsql(database.url);
  const importer = importerOf(team);
  await holder('BEGIN');
  await holder('LOCK TABLE agent IN SHARE MODE');
  const sent = team.owner.send(ImportOrg, {
    input: { organizationId: team.id, source: { yaml: documentOf({ PM: {} }) } },
  });
  const waiting = () =>
    holder<{ pid: number }>(
      `SELECT l.pid FROM pg_locks l WHERE l.relation = 'agent'::regclass AND NOT l.granted`,
    );
  await expect.poll(async () => (await waiting()).length).toBe(1);
  await holder(
    'SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = $1::regclass AND NOT granted',
    ['agent'],
  );
  await holder('COMMIT');
  expect((await sent).errors).toHaveLength(1);
  const { imports, events } = await eventsOf(team);
  expect(imports).toMatchObject([{ status: 'FAILED' }]);
  // The grant of a repository is part of every team.
  expect(events.map(({ type }) => type)).toEqual([
    'REPOSITORY_GRANTED',
    'ORG_IMPORT_STARTED',
    'ORG_IMPORT_FAILED',
  ]);
  expect(await importer.tree()).toEqual([]);
});

test('offboarding an agent while a reconcile removes its workspace ends it once', async ({ team }) => {
  const importer = importerOf(team);
  for (let round = 0; round < 5; round += 1) {
    await importer.reconcile(documentOf({ PM: { A: {} }, X: {} }));
    await importer.import(documentOf({ PM: { A: {} }, X: { A: {} } }));
    const doomed = (await importer.tree()).find(({ path }) => path.join('/') === 'X/A');
    const [{ import: row }] = await Promise.all([
      importer.reconcile(documentOf({ PM: { A: {} }, X: {} })),
      team.owner.query(OffboardAgent, { input: { agentId: doomed?.agent?.id ?? '' } }),
    ]);
    expect(row).toMatchObject({ status: 'COMPLETED', removedCount: 1 });
  }
  const offboarded = await team.structureEvents('AGENT_OFFBOARDED');
  expect(new Set(offboarded.map(({ subjectId }) => subjectId)).size).toBe(offboarded.length);
});

test('an import by someone whose role was taken while it waited is FORBIDDEN, and has failed', async ({
  team,
  database,
  psql,
}) => {
  const admin = await team.join('ADMIN');
  await using holder = await openPsql(database.url);
  await holder('BEGIN');
  await holder('SELECT lock_org_tree($1)', [uuidOf(team.id)]);
  const refusal = importerOf(team, admin).refusal(documentOf({ PM: {} }));
  await expect.poll(async () => (await eventsOf(team)).imports.length).toBe(1);
  await psql(`UPDATE membership SET role = 'MEMBER' WHERE organization_id = $1 AND role = 'ADMIN'`, [
    uuidOf(team.id),
  ]);
  await holder('COMMIT');
  expect(await refusal).toMatchObject({ code: 'FORBIDDEN' });
  expect((await eventsOf(team)).imports).toMatchObject([{ status: 'FAILED' }]);
});
