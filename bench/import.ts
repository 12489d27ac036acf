/**
 * Measures imports of org files: `npm run bench -- import`.
 *
 * Each size has an organization of its own. A file is imported into an empty tree, again (all skipped), reconciled with
 * another role for every workspace (all updated), and reconciled with a tenth of the workspaces under another parent,
 * after a MERGE has made second rows of those (a tenth removed). The time is that of the request, which selects counts
 * only; reading the file is part of it. Statements are those of the request.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../src/app.ts';
import { createLogger } from '../src/observe/log.ts';
import { type Edit, generatedOrg } from '../test/orgImport/generatedOrg.ts';
import { countStatements } from '../test/support/statements.ts';
import { startDatabase } from './support/database.ts';
import { now, say } from './support/figures.ts';

const SIZES = [42, 1_000, 10_000];
const RAISED = 0.1;

type Step = { title: string; mode: 'MERGE' | 'RECONCILE'; edit?: Edit };
const STEPS: Step[] = [
  { title: 'created', mode: 'MERGE' },
  { title: 'skipped', mode: 'MERGE' },
  { title: 'updated', mode: 'RECONCILE', edit: { role: 'Leads' } },
  { title: 'copied', mode: 'MERGE', edit: { role: 'Leads', raised: RAISED } },
  { title: 'removed', mode: 'RECONCILE', edit: { role: 'Leads', raised: RAISED } },
];

await using cleanUp = new AsyncDisposableStack();
const database = cleanUp.use(await startDatabase(0));
const templates = await mkdtemp(join(tmpdir(), 'muster-templates-'));
cleanUp.defer(() => rm(templates, { recursive: true, force: true }));
const app = await startApp(
  {
    databaseUrl: database.url,
    host: '127.0.0.1',
    port: 0,
    scm: 'demo',
    github: { apiUrl: 'https://api.github.invalid' },
    orgTemplatesDir: templates,
    jobs: false,
  },
  createLogger({ level: 'silent' }),
);
cleanUp.defer(app.close);
const statements = countStatements(database.url);
cleanUp.defer(statements.stop);

async function send<Result>(query: string, variables: object): Promise<Result> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${database.token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data.result;
}

const CREATE = `mutation($input: CreateOrganizationInput!) {
  result: createOrganization(input: $input) { ... on CreateOrganizationPayload { organization { id } } }
}`;
const IMPORT = `mutation($input: ImportOrgInput!) {
  result: importOrg(input: $input) {
    ... on UserError { code message }
    ... on ImportOrgPayload { import { createdCount skippedCount updatedCount movedCount removedCount durationMs } }
  }
}`;
const EXPORT = 'query($organizationId: ID!) { result: exportOrg(organizationId: $organizationId) }';

/** Sends a request, and prints its time and statements. */
async function measure(title: string, query: string, variables: object) {
  const [statementsBefore, began] = [statements.count(), now()];
  const result = await send<Record<string, never> | string>(query, variables);
  const ms = now() - began;
  const { code, message, import: row } = typeof result === 'string' ? {} : result;
  if (code) throw new Error(`${code}: ${message}`);
  const counts = Object.entries<number>(row ?? {}).filter(
    ([name, count]) => name.endsWith('Count') && count > 0,
  );
  const done = counts.map(([name, count]) => `${name.slice(0, -'Count'.length)} ${count}`).join(', ');
  say(
    `  ${title.padEnd(9)} ${ms.toFixed(0).padStart(6)} ms, ${String(statements.count() - statementsBefore).padStart(3)} statements  ${done}`,
  );
}

for (const size of SIZES) {
  const slug = `bench-${size}-${randomBytes(3).toString('hex')}`;
  const { organization } = await send<{ organization: { id: string } }>(CREATE, {
    input: { slug, name: slug },
  });
  const organizationId = organization.id;
  say(`${size} workspaces`);
  for (const { title, mode, edit } of STEPS) {
    const directory = `${size}-${title}`;
    await mkdir(join(templates, directory));
    await writeFile(join(templates, directory, 'org.yaml'), generatedOrg(size, edit));
    await measure(title, IMPORT, { input: { organizationId, source: { directory }, mode } });
  }
  await measure('exported', EXPORT, { organizationId });
}
