/** Imports where agents have containers: jobs start them after the import, and its progress is heard. */
import { importerOf } from '../api/orgImport/importing.ts';
import { graphql } from '../graphql/gql.ts';
import { until } from '../support/feed.ts';
import { hasQueues } from '../support/jobs.ts';
import { uuidOf } from '../support/psql.ts';
import { expect, test } from '../support/test.ts';

const it = test.extend('config', { scope: 'file' }, ({ containers }) => ({
  runtime: containers.runtime,
  availableEnv: ['PROVIDED'],
  tuning: { everySeconds: { 'import.progress': 1 } },
}));
it.beforeAll(async ({ app: _, psql }) => {
  await until(() => hasQueues(psql));
});

const Progress = graphql(`
  subscription Progress($organizationId: ID!, $importId: ID, $after: String) {
    orgImportChanged(organizationId: $organizationId, importId: $importId, after: $after) {
      type
      import {
        provisionedCount
        failedCount
      }
    }
  }
`);

const DOCUMENT = `
name: Acme
workspaces:
  - name: PM
    role: Plans the work.
    model: sonnet
    plugins: [ecc]
    initial_prompt: Read the handbook.
    children:
      - { name: Dev }
      - { name: Partner, runtime: external }
`;

it('containers are started after the import, with what the org file says', async ({ team, containers }) => {
  const importer = importerOf(team);
  const { import: row, items, cursor } = await importer.import(DOCUMENT);
  expect(row).toMatchObject({ status: 'COMPLETED', createdCount: 3, provisionedCount: 1 });
  const heard = await team.owner.subscribe(Progress, {
    organizationId: team.id,
    importId: row?.id,
    after: cursor,
  });
  const types: string[] = [];
  for (let provisioned = 0; provisioned < 3; ) {
    const { orgImportChanged } = await heard.event();
    types.push(orgImportChanged.type);
    provisioned =
      orgImportChanged.type === 'ORG_IMPORT_PROGRESSED'
        ? (orgImportChanged.import?.provisionedCount ?? 0)
        : 0;
  }
  await heard.stop();
  expect(types.slice(0, 2)).toEqual(['ORG_IMPORT_STARTED', 'ORG_IMPORT_COMPLETED']);

  const tree = await importer.tree();
  expect(tree.map(({ name, status }) => `${name} ${status}`)).toEqual([
    'PM ONLINE',
    'Dev ONLINE',
    'Partner ONLINE',
  ]);
  const agentOf = (name: string) => uuidOf(tree.find((each) => each.name === name)?.agent?.id ?? '');
  expect(await containers.input('start', agentOf('PM'))).toMatchObject({
    name: 'PM',
    role: 'Plans the work.',
    workspace: {
      id: uuidOf(items[0]?.workspace?.id ?? ''),
      path: ['PM'],
      role: 'Plans the work.',
      model: 'sonnet',
      plugins: ['ecc'],
      spec: { initial_prompt: 'Read the handbook.' },
    },
  });
  expect(await containers.log(agentOf('Partner'))).toEqual([]);
});

it('what is required and missing is MISSING_ENVIRONMENT, and the import has failed', async ({ team }) => {
  const importer = importerOf(team);
  const document =
    'name: Acme\nrequired_env: [PROVIDED, API_KEY]\nrecommended_env: [NICE]\nworkspaces: [{ name: PM, runtime: external }]\n';
  expect(await importer.refusal(document)).toMatchObject({
    code: 'MISSING_ENVIRONMENT',
    requirements: [{ anyOf: ['API_KEY'], level: 'REQUIRED' }],
  });
  expect((await team.structureEvents()).map(({ type }) => type)).toContain('ORG_IMPORT_FAILED');
  const { import: row } = await importer.import(document, { environment: ['API_KEY'] });
  expect(row).toMatchObject({ createdCount: 1, warnings: [{ path: 'recommended_env' }] });
});
