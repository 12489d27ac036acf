/** The vocabulary of a team. */
import { randomBytes } from 'node:crypto';
import type {
  CreateClassifierInput,
  CreateEntityTypeInput,
  CreateRelationshipTypeInput,
  CreateWatcherInput,
} from '../graphql/graphql.ts';
import type { Client } from './client.ts';
import { succeeded } from './outcome.ts';
import { type Psql, uuidOf } from './psql.ts';
import type { Team } from './team.ts';
import * as mutations from './vocabularyMutations.ts';

const newSlug = () => `new-${randomBytes(5).toString('hex')}`;

export async function newEntityType(
  { id, owner }: Team,
  input: Partial<CreateEntityTypeInput> = {},
  by: Client = owner,
) {
  const { createEntityType } = await by.query(mutations.CreateEntityType, {
    input: { organizationId: id, slug: newSlug(), name: 'Customer', ...input },
  });
  return succeeded(createEntityType).entityType;
}

export async function newRelationshipType(
  { id, owner }: Team,
  input: Partial<CreateRelationshipTypeInput> = {},
  by: Client = owner,
) {
  const { createRelationshipType } = await by.query(mutations.CreateRelationshipType, {
    input: { organizationId: id, slug: newSlug(), name: 'owns', ...input },
  });
  return succeeded(createRelationshipType).relationshipType;
}

export async function newClassifier(
  { id, owner }: Team,
  input: Partial<CreateClassifierInput> = {},
  by: Client = owner,
) {
  const facts = { attributeKey: 'severity', attributeValues: ['low', 'high'] };
  const { createClassifier } = await by.query(mutations.CreateClassifier, {
    input: { organizationId: id, slug: newSlug(), name: 'Severity', ...facts, ...input },
  });
  return succeeded(createClassifier).classifier;
}

export async function newWatcher(
  { id, owner }: Team,
  input: Partial<CreateWatcherInput> = {},
  by: Client = owner,
) {
  const facts = { prompt: 'What broke?', extractionSchema: { type: 'object' } };
  const { createWatcher } = await by.query(mutations.CreateWatcher, {
    input: { organizationId: id, slug: newSlug(), name: 'Incidents', ...facts, ...input },
  });
  return succeeded(createWatcher).watcher;
}

const KIND = {
  entity_type: 'ENTITY_TYPE',
  relationship_type: 'RELATIONSHIP_TYPE',
  watcher: 'WATCHER',
  classifier: 'CLASSIFIER',
} as const;

/** The UUIDs of a new installation: a template of another organization, its first release, and the installed agent. */
export async function installByHand(psql: Psql, { id, owner }: Team) {
  const [installation] = await psql<{ id: string; releaseId: string }>(
    `WITH source AS (
       INSERT INTO organization (slug, name) VALUES ($3, 'Source') RETURNING id
     ), template_agent AS (
       INSERT INTO agent (organization_id, name, role, status, hired_by_id)
       SELECT id, 'Original', 'reviewer', 'RUNNING', $2 FROM source RETURNING id, organization_id
     ), made AS (
       INSERT INTO template (organization_id, agent_id, slug, name, visibility)
       SELECT organization_id, id, $3, 'Reviewer', 'PUBLIC' FROM template_agent RETURNING id, organization_id, agent_id
     ), release AS (
       INSERT INTO template_release (organization_id, template_id, manifest, hash)
       SELECT organization_id, id, jsonb_build_object('items', '[]'::jsonb, 'hash', repeat('0', 64)), repeat('0', 64)
         FROM made RETURNING id
     ), installed AS (
       INSERT INTO agent (organization_id, name, role, status, hired_by_id, template_agent_id)
       SELECT $1, 'Installed', 'reviewer', 'RUNNING', $2, agent_id FROM made RETURNING id
     )
     INSERT INTO installation
       (organization_id, template_id, source_organization_id, template_agent_id, release_id, agent_id, agent_base)
     SELECT $1, made.id, made.organization_id, made.agent_id, release.id, installed.id, '{"kind": "AGENT"}'
       FROM made, release, installed
     RETURNING id, release_id AS "releaseId"`,
    [uuidOf(id), owner.userId, newSlug()],
  );
  if (!installation) throw new Error('Nothing was installed.');
  return installation;
}

/** Has an installation manage a row, as if it had written it. */
export async function manage(
  psql: Psql,
  table: keyof typeof KIND,
  id: string,
  installation: { id: string; releaseId: string },
): Promise<void> {
  const sourceKey = newSlug();
  await psql(
    `UPDATE ${table} SET installation_id = $2, source_release_id = $3, source_key = $4, mirrored_at = now(),
            last_writer = 'TEMPLATE', base = jsonb_build_object('kind', '${KIND[table]}', 'sourceKey', $4::text)
      WHERE id = $1`,
    [uuidOf(id), installation.id, installation.releaseId, sourceKey],
  );
}
