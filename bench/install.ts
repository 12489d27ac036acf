/**
 * Measures the installation of templates: `npm run bench -- install`.
 *
 * A template of each size is published in one organization and installed into another: half entity types, the rest
 * relationship types with a rule each, watchers and classifiers. Then it is installed again (nothing changes), and
 * resynced after every item of the template has changed. The time is that of the request; statements are those of the
 * request.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startApp } from '../src/app.ts';
import { createLogger } from '../src/observe/log.ts';
import { countStatements } from '../test/support/statements.ts';
import { startDatabase } from './support/database.ts';
import { now, say } from './support/figures.ts';

const SIZES = [10, 100, 1_000];

await using cleanUp = new AsyncDisposableStack();
const database = cleanUp.use(await startDatabase(0));
const app = await startApp(
  {
    databaseUrl: database.url,
    host: '127.0.0.1',
    port: 0,
    scm: 'demo',
    github: { apiUrl: 'https://api.github.invalid' },
    jobs: false,
  },
  createLogger({ level: 'silent' }),
);
cleanUp.defer(app.close);
await app.ready();
const statements = countStatements(database.url);
cleanUp.defer(statements.stop);
const client = new pg.Client({ connectionString: database.url });
await client.connect();
cleanUp.defer(() => client.end());

async function send(query: string, input: object) {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${database.token}` },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { data, errors } = await response.json();
  const { code, message } = data?.result ?? {};
  if (errors || code) throw new Error(JSON.stringify(errors ?? { code, message }));
  return data.result;
}

const mutation = (name: string, selection: string) => {
  const Name = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return `mutation($input: ${Name}Input!) {
    result: ${name}(input: $input) { ... on UserError { code message } ... on ${Name}Payload { ${selection} } }
  }`;
};
const CREATE = mutation('createOrganization', 'organization { id }');
const HIRE = mutation('hireAgent', 'agent { id }');
const PUBLISH = mutation('publishTemplateRelease', 'release { number }');
const INSTALL = mutation('installTemplate', 'installation { id } items { action }');
const RESYNC = mutation('resyncInstallation', 'installation { id } items { action }');

async function createOrganization(): Promise<string> {
  const slug = `bench-${randomBytes(4).toString('hex')}`;
  return (await send(CREATE, { slug, name: 'Bench' })).organization.id;
}

const uuidOf = (id: string) => Buffer.from(id, 'base64').toString().split(':')[1];

/** Rows of every kind, written by SQL. */
async function fill(organizationId: string, agentId: string, size: number): Promise<void> {
  const ids = [uuidOf(organizationId), uuidOf(agentId)];
  const count = { types: Math.ceil(size / 2), others: Math.floor(size / 6) };
  await client.query(
    `INSERT INTO entity_type (organization_id, agent_id, slug, name, metadata_schema)
     SELECT $1, $2, 'type-' || n, 'Type', '{"type": "object"}' FROM generate_series(1, $3::int) n`,
    [...ids, count.types],
  );
  await client.query(
    `WITH made AS (
       INSERT INTO relationship_type (organization_id, agent_id, slug, name)
       SELECT $1, $2, 'relates-' || n, 'relates' FROM generate_series(1, $3::int) n RETURNING id, organization_id, slug
     )
     INSERT INTO relationship_type_rule (organization_id, relationship_type_id, source_type_id, target_type_id)
     SELECT m.organization_id, m.id, e.id, e.id
       FROM made m JOIN entity_type e ON e.organization_id = $1 AND e.slug = replace(m.slug, 'relates', 'type')`,
    [...ids, count.others],
  );
  for (const [table, columns, values] of [
    ['watcher', 'prompt, extraction_schema', `'What broke?', '{"type": "object"}'`],
    ['classifier', 'attribute_key, attribute_values', `'severity', '["low", "high"]'`],
  ]) {
    await client.query(
      `WITH ids AS (SELECT n, uuid_v7() AS id, uuid_v7() AS version_id FROM generate_series(1, $3::int) n),
       made AS (
         INSERT INTO ${table} (id, current_version_id, organization_id, agent_id, slug, name)
         SELECT id, version_id, $1, $2, '${table}-' || n, 'Name' FROM ids RETURNING id, current_version_id
       )
       INSERT INTO ${table}_version (id, organization_id, ${table}_id, ${columns})
       SELECT current_version_id, $1, id, ${values} FROM made`,
      [...ids, count.others],
    );
  }
}

async function change(organizationId: string): Promise<void> {
  for (const table of ['entity_type', 'relationship_type', 'watcher', 'classifier']) {
    await client.query(`UPDATE ${table} SET name = name || ' 2' WHERE organization_id = $1`, [
      uuidOf(organizationId),
    ]);
  }
}

async function measure(title: string, query: string, input: object) {
  const [before, began] = [statements.count(), now()];
  const { items, installation } = await send(query, input);
  const ms = now() - began;
  const changed = items.filter(({ action }: { action: string }) => action !== 'UNCHANGED').length;
  say(
    `  ${title.padEnd(11)} ${ms.toFixed(0).padStart(6)} ms, ${String(statements.count() - before).padStart(3)} statements  ${changed} of ${items.length} items changed`,
  );
  return installation?.id;
}

for (const size of SIZES) {
  say(`${size} items`);
  const [source, target] = [await createOrganization(), await createOrganization()];
  const { agent } = await send(HIRE, { organizationId: source, name: 'Robin', role: 'triager' });
  await fill(source, agent.id, size);
  const templateSlug = `bench-${size}`;
  const release = { agentId: agent.id, slug: templateSlug, name: 'Bench', visibility: 'PUBLIC' };
  await send(PUBLISH, release);
  const installationId = await measure('installed', INSTALL, { organizationId: target, templateSlug });
  await measure('again', INSTALL, { organizationId: target, templateSlug });
  await change(source);
  await send(PUBLISH, release);
  await measure('resynced', RESYNC, { installationId });
  await measure('again', RESYNC, { installationId });
}
