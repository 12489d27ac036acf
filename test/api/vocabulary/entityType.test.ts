import type { CreateEntityTypeInput, UpdateEntityTypeInput } from '../../graphql/graphql.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';
import { installByHand, manage, newEntityType } from '../../support/vocabulary.ts';
import { ArchiveEntityType, CreateEntityType, UpdateEntityType } from '../../support/vocabularyMutations.ts';

const SCHEMA = {
  type: 'object',
  properties: { tier: { $ref: '#/$defs/tier' } },
  $defs: { tier: { enum: ['free', 'paid'] } },
};

async function create({ id, owner }: Team, input: Partial<CreateEntityTypeInput> = {}) {
  const { createEntityType } = await owner.query(CreateEntityType, {
    input: { organizationId: id, slug: 'customer', name: 'Customer', ...input },
  });
  return createEntityType;
}

async function update({ owner }: Team, input: UpdateEntityTypeInput) {
  return (await owner.query(UpdateEntityType, { input })).updateEntityType;
}

async function archive({ owner }: Team, entityTypeId: string) {
  return (await owner.query(ArchiveEntityType, { input: { id: entityTypeId } })).archiveEntityType;
}

describe('a new entity type', () => {
  it('is returned as it was defined, and is a change', async ({ team }) => {
    const agent = await team.employ();
    const input = { description: 'Pays us.', metadataSchema: SCHEMA, agentId: agent.id };
    const { entityType, requestId } = succeeded(await create(team, { name: ' Customer ', ...input }));
    expect(entityType).toMatchObject({
      ...{ slug: 'customer', name: 'Customer', description: 'Pays us.', metadataSchema: SCHEMA },
      ...{ agent: { id: agent.id }, managedBy: null, sourceKey: null, sourceRelease: null, mirroredAt: null },
      ...{
        locallyChanged: false,
        lastWriter: 'LOCAL',
        orphaned: false,
        archivedAt: null,
        viewerCanEdit: true,
      },
    });
    const { slug, name, description } = entityType;
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'ENTITY_TYPE_CREATED',
        entityId: entityType.id,
        payload: { changed: [], row: { id: entityType.id, slug, name, description, agent: agent.id } },
      },
    ]);
  });

  it.for<[string, Partial<CreateEntityTypeInput>, string[]]>([
    ['a slug of the platform', { slug: '$member' }, ['slug']],
    ['no name', { name: ' ' }, ['name']],
    ['a schema that is no object', { metadataSchema: [] }, ['metadataSchema']],
    [
      'a schema with a wrong type deep inside',
      { metadataSchema: { properties: { tier: { type: 'text' } } } },
      ['metadataSchema.properties.tier.type'],
    ],
    [
      'a schema that refers to another document',
      { metadataSchema: { properties: { tier: { $ref: 'https://example.com/tier' } } } },
      ['metadataSchema.properties.tier.$ref'],
    ],
    [
      'a schema with a pattern that backtracks',
      { metadataSchema: { properties: { tier: { pattern: '^(a+)+$' } } } },
      ['metadataSchema.properties.tier.pattern'],
    ],
  ])('with %s is refused with the path of the fault', async ([_fault, input, paths], { team }) => {
    const before = await team.footprint();
    expect(refused(await create(team, input))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: paths.map((path) => ({ path })),
    });
    expect(await team.footprint()).toEqual(before);
  });

  it('with the agent of another organization is NOT_FOUND', async ({ team, createTeam }) => {
    const foreign = await (await createTeam()).employ();
    expect(refused(await create(team, { agentId: foreign.id })).code).toBe('NOT_FOUND');
  });
});

describe('the slug of an entity type', () => {
  it('is taken while the type is live, and free once it is archived', async ({ team }) => {
    const first = succeeded(await create(team)).entityType;
    const before = await team.footprint();
    expect(refused(await create(team))).toMatchObject({ code: 'SLUG_TAKEN', slug: 'customer' });
    expect(await team.footprint()).toEqual(before);
    succeeded(await archive(team, first.id));
    expect(succeeded(await create(team)).entityType.id).not.toBe(first.id);
  });

  it('may be that of a type of another organization', async ({ team, createTeam }) => {
    succeeded(await create(team));
    succeeded(await create(await createTeam()));
  });

  it('goes to one of ten that are created at once', async ({ team }) => {
    const results = await Promise.all(Array.from({ length: 10 }, () => create(team)));
    expect(results.filter(hasSucceeded)).toHaveLength(1);
    expect(results.filter((each) => !hasSucceeded(each)).map((each) => refused(each).code)).toEqual(
      Array(9).fill('SLUG_TAKEN'),
    );
  });

  it('cannot be changed to that of another live type', async ({ team }) => {
    succeeded(await create(team));
    const { id } = await newEntityType(team);
    expect(refused(await update(team, { id, slug: 'customer' }))).toMatchObject({
      code: 'SLUG_TAKEN',
      slug: 'customer',
    });
  });
});

describe('an update of an entity type', () => {
  it('changes what is given and takes away what is null', async ({ team }) => {
    const { id } = await newEntityType(team, { description: 'Pays us.', metadataSchema: SCHEMA });
    const updated = await update(team, {
      id,
      slug: 'client',
      name: null,
      metadataSchema: null,
    });
    const { entityType, requestId } = succeeded(updated);
    expect(entityType).toMatchObject({
      ...{ slug: 'client', name: 'Customer', description: 'Pays us.', metadataSchema: null },
    });
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'ENTITY_TYPE_UPDATED', entityId: id, payload: { changed: ['slug', 'metadataSchema'] } },
    ]);
  });

  it('without a difference is no change', async ({ team }) => {
    const { id, updatedAt } = await newEntityType(team);
    const { entityType, requestId } = succeeded(await update(team, { id, name: 'Customer' }));
    expect(entityType.updatedAt).toBe(updatedAt);
    expect(await team.changes({ requestId })).toEqual([]);
  });

  it('of an archived one is refused', async ({ team }) => {
    const { id } = await newEntityType(team);
    const { entityType } = succeeded(await archive(team, id));
    expect(refused(await update(team, { id, name: 'Client' }))).toMatchObject({
      code: 'VOCABULARY_ARCHIVED',
      archivedAt: entityType.archivedAt,
    });
  });
});

describe('an archived entity type', () => {
  it('is a change, is archived once, and is listed apart', async ({ team }) => {
    const { id } = await newEntityType(team);
    const { entityType, requestId } = succeeded(await archive(team, id));
    expect(entityType).toMatchObject({ archivedAt: expect.any(String), viewerCanEdit: false });
    expect(await team.changes({ requestId })).toMatchObject([{ type: 'ENTITY_TYPE_ARCHIVED', entityId: id }]);
    const again = succeeded(await archive(team, id));
    expect(again.entityType.archivedAt).toBe(entityType.archivedAt);
    expect(await team.changes({ requestId: again.requestId })).toEqual([]);
    expect(await lists(team)).toEqual({ live: [], archived: [id] });
  });
});

async function lists({ owner, slug }: Team): Promise<{ live: string[]; archived: string[] }> {
  const query = `query($slug: String!) { organization(slug: $slug) {
    live: entityTypes { nodes { id } } archived: entityTypes(archived: true) { nodes { id } } } }`;
  const { data } = await (await owner.raw({ query, variables: { slug } })).json();
  const ids = ({ nodes }: { nodes: { id: string }[] }) => nodes.map(({ id }) => id);
  return { live: ids(data.organization.live), archived: ids(data.organization.archived) };
}

describe('an entity type that a template manages', () => {
  it('can be given a display name, and nothing else', async ({ team, psql }) => {
    const { id } = await newEntityType(team);
    const installation = await installByHand(psql, team);
    await manage(psql, 'entity_type', id, installation);
    const { entityType } = succeeded(await update(team, { id, displayName: 'Kunde' }));
    expect(entityType).toMatchObject({
      ...{ displayName: 'Kunde', sourceRelease: 1, locallyChanged: false, lastWriter: 'TEMPLATE' },
      ...{ sourceKey: expect.any(String), mirroredAt: expect.any(String), viewerCanEdit: false },
    });
    const before = await team.footprint();
    const managedBy = { code: 'MANAGED_BY_TEMPLATE', installation: { id: entityType.managedBy?.id } };
    expect(uuidOf(entityType.managedBy?.id ?? '')).toBe(installation.id);
    expect(refused(await update(team, { id, displayName: 'X', name: 'X' }))).toMatchObject(managedBy);
    expect(refused(await update(team, { id, description: null }))).toMatchObject(managedBy);
    expect(refused(await archive(team, id))).toMatchObject(managedBy);
    expect(await team.footprint()).toEqual(before);
  });

  it('is locally changed once another program changes its definition', async ({ team, psql }) => {
    const { id } = await newEntityType(team);
    await manage(psql, 'entity_type', id, await installByHand(psql, team));
    const marks = 'SELECT locally_changed, last_writer FROM entity_type WHERE id = $1';
    await psql(`UPDATE entity_type SET display_name = 'Kunde' WHERE id = $1`, [uuidOf(id)]);
    expect(await psql(marks, [uuidOf(id)])).toEqual([{ locally_changed: false, last_writer: 'TEMPLATE' }]);
    await psql(`UPDATE entity_type SET name = 'Kunde' WHERE id = $1`, [uuidOf(id)]);
    expect(await psql(marks, [uuidOf(id)])).toEqual([{ locally_changed: true, last_writer: 'LOCAL' }]);
  });
});
