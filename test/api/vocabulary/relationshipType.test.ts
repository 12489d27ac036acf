import type { CreateRelationshipTypeInput, UpdateRelationshipTypeInput } from '../../graphql/graphql.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';
import { installByHand, manage, newEntityType, newRelationshipType } from '../../support/vocabulary.ts';
import {
  ArchiveEntityType,
  ArchiveRelationshipType,
  CreateRelationshipType,
  UpdateRelationshipType,
} from '../../support/vocabularyMutations.ts';

async function create({ id, owner }: Team, input: Partial<CreateRelationshipTypeInput> = {}) {
  const { createRelationshipType } = await owner.query(CreateRelationshipType, {
    input: { organizationId: id, slug: 'owns', name: 'owns', ...input },
  });
  return createRelationshipType;
}

async function update({ owner }: Team, input: UpdateRelationshipTypeInput) {
  return (await owner.query(UpdateRelationshipType, { input })).updateRelationshipType;
}

async function archive({ owner }: Team, relationshipTypeId: string) {
  return (await owner.query(ArchiveRelationshipType, { input: { id: relationshipTypeId } }))
    .archiveRelationshipType;
}

/** Two entity types, and rules with them. */
async function customerAndService(team: Team) {
  await newEntityType(team, { slug: 'customer' });
  await newEntityType(team, { slug: 'service' });
  const rule = (source: string, target: string) => ({ sourceSlug: source, targetSlug: target });
  return { uses: rule('customer', 'service'), knows: rule('customer', 'customer') };
}

const pairs = (rules: readonly { source: { slug: string }; target: { slug: string } }[]) =>
  rules.map(({ source, target }) => `${source.slug} ${target.slug}`).sort();

describe('a new relationship type', () => {
  it('has its rules from the start: it is one change', async ({ team }) => {
    const { uses, knows } = await customerAndService(team);
    const created = await create(team, { rules: [uses, knows, uses] });
    const { relationshipType, requestId } = succeeded(created);
    expect(pairs(relationshipType.rules)).toEqual(['customer customer', 'customer service']);
    expect(relationshipType).toMatchObject({ isSymmetric: false, inverse: null, metadataSchema: null });
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'RELATIONSHIP_TYPE_CREATED', entityId: relationshipType.id },
    ]);
  });

  it('names every rule that has no live entity type', async ({ team }) => {
    const { uses } = await customerAndService(team);
    const gone = await newEntityType(team, { slug: 'gone' });
    await team.owner.query(ArchiveEntityType, { input: { id: gone.id } });
    const before = await team.footprint();
    const rules = [
      uses,
      { sourceSlug: 'nobody', targetSlug: 'customer' },
      { sourceSlug: 'service', targetSlug: 'gone' },
    ];
    expect(refused(await create(team, { rules }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'rules.1.sourceSlug' }, { path: 'rules.2.targetSlug' }],
    });
    expect(await team.footprint()).toEqual(before);
  });

  it('does not see the entity types of another organization', async ({ team, createTeam }) => {
    const { uses } = await customerAndService(await createTeam());
    expect(refused(await create(team, { rules: [uses] }))).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('takes a live inverse, and none when it is symmetric', async ({ team }) => {
    const inverse = await newRelationshipType(team);
    const { relationshipType } = succeeded(await create(team, { inverseId: inverse.id }));
    expect(relationshipType.inverse).toEqual({ id: inverse.id });
    const refusal = { code: 'INVALID_INPUT', issues: [{ path: 'inverseId' }] };
    const symmetric = { slug: 'meets', isSymmetric: true };
    expect(refused(await create(team, { ...symmetric, inverseId: inverse.id }))).toMatchObject(refusal);
    expect(succeeded(await create(team, symmetric)).relationshipType.isSymmetric).toBe(true);
    succeeded(await archive(team, inverse.id));
    expect(refused(await create(team, { slug: 'has', inverseId: inverse.id }))).toMatchObject(refusal);
  });

  it('has a slug of its own among live ones', async ({ team }) => {
    const { id } = succeeded(await create(team)).relationshipType;
    expect(refused(await create(team))).toMatchObject({ code: 'SLUG_TAKEN', slug: 'owns' });
    succeeded(await archive(team, id));
    succeeded(await create(team));
  });
});

describe('an update of a relationship type', () => {
  it('replaces all rules, and says so', async ({ team }) => {
    const { uses, knows } = await customerAndService(team);
    const { id } = await newRelationshipType(team, { rules: [uses] });
    const updated = succeeded(await update(team, { id, rules: [knows] }));
    expect(pairs(updated.relationshipType.rules)).toEqual(['customer customer']);
    expect(await team.changes({ requestId: updated.requestId })).toMatchObject([
      { type: 'RELATIONSHIP_TYPE_UPDATED', entityId: id, payload: { changed: ['rules'] } },
    ]);
    const same = succeeded(await update(team, { id, rules: [knows] }));
    expect(await team.changes({ requestId: same.requestId })).toEqual([]);
    expect(succeeded(await update(team, { id, rules: [] })).relationshipType.rules).toEqual([]);
  });

  it('does not make it its own inverse', async ({ team }) => {
    const { id } = await newRelationshipType(team);
    expect(refused(await update(team, { id, inverseId: id }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'inverseId' }],
    });
  });

  it('is refused where a template manages it', async ({ team, psql }) => {
    const { uses } = await customerAndService(team);
    const { id } = await newRelationshipType(team);
    await manage(psql, 'relationship_type', id, await installByHand(psql, team));
    for (const given of [{ rules: [uses] }, { inverseId: null }, { isSymmetric: true }]) {
      expect(refused(await update(team, { id, ...given })).code).toBe('MANAGED_BY_TEMPLATE');
    }
    expect(refused(await archive(team, id)).code).toBe('MANAGED_BY_TEMPLATE');
  });

  it('is refused where it is archived', async ({ team }) => {
    const { id } = await newRelationshipType(team);
    succeeded(await archive(team, id));
    expect(refused(await update(team, { id, name: 'x' })).code).toBe('VOCABULARY_ARCHIVED');
  });
});

it('a rule that another program adds is a change of its relationship type', async ({ team, psql }) => {
  const entityType = await newEntityType(team);
  const { id } = await newRelationshipType(team);
  await psql(
    `INSERT INTO relationship_type_rule (organization_id, relationship_type_id, source_type_id, target_type_id)
     VALUES ($1, $2, $3, $3)`,
    [uuidOf(team.id), uuidOf(id), uuidOf(entityType.id)],
  );
  const changes = await team.changes({ types: ['RELATIONSHIP_TYPE_UPDATED'] });
  expect(changes).toMatchObject([{ entityId: id, payload: { changed: ['rules'] } }]);
});
