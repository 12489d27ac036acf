import type { CreateClassifierInput, UpdateClassifierInput } from '../../graphql/graphql.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';
import { installByHand, manage, newClassifier, newWatcher } from '../../support/vocabulary.ts';
import {
  ArchiveClassifier,
  ArchiveWatcher,
  CreateClassifier,
  UpdateClassifier,
} from '../../support/vocabularyMutations.ts';

async function create({ id, owner }: Team, input: Partial<CreateClassifierInput> = {}) {
  const facts = {
    slug: 'severity',
    name: 'Severity',
    attributeKey: 'severity',
    attributeValues: ['low', 'high'],
  };
  const { createClassifier } = await owner.query(CreateClassifier, {
    input: { organizationId: id, ...facts, ...input },
  });
  return createClassifier;
}

async function update({ owner }: Team, input: UpdateClassifierInput) {
  return (await owner.query(UpdateClassifier, { input })).updateClassifier;
}

async function archive({ owner }: Team, classifierId: string) {
  return (await owner.query(ArchiveClassifier, { input: { id: classifierId } })).archiveClassifier;
}

describe('a new classifier', () => {
  it('has its first version, and is one change', async ({ team }) => {
    const watcher = await newWatcher(team);
    const { classifier, requestId } = succeeded(await create(team, { watcherId: watcher.id }));
    expect(classifier).toMatchObject({
      watcher: { id: watcher.id },
      currentVersion: { version: 1, attributeKey: 'severity', attributeValues: ['low', 'high'] },
    });
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'CLASSIFIER_CREATED', entityId: classifier.id, payload: { row: { watcher: watcher.id } } },
    ]);
  });

  it.for<[string, unknown]>([
    ['no labels', []],
    ['a label twice', ['low', 'low']],
    ['labels that are no texts', [1]],
    ['an object without labels', {}],
  ])('with %s is refused', async ([_fault, attributeValues], { team }) => {
    expect(refused(await create(team, { attributeValues }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'attributeValues' }],
    });
  });

  it('of an archived watcher is refused', async ({ team }) => {
    const watcher = await newWatcher(team);
    await team.owner.query(ArchiveWatcher, { input: { id: watcher.id } });
    expect(refused(await create(team, { watcherId: watcher.id }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'watcherId' }],
    });
  });
});

describe('the slug of a classifier', () => {
  it('is unique among those of the same watcher, and among those of none', async ({ team }) => {
    const [one, other] = [await newWatcher(team), await newWatcher(team)];
    for (const watcherId of [null, one.id, other.id]) succeeded(await create(team, { watcherId }));
    for (const watcherId of [null, one.id]) {
      expect(refused(await create(team, { watcherId }))).toMatchObject({
        code: 'SLUG_TAKEN',
        slug: 'severity',
      });
    }
  });

  it('is refused when it is taken where the classifier moves', async ({ team }) => {
    const watcher = await newWatcher(team);
    succeeded(await create(team, { watcherId: watcher.id }));
    const { classifier } = succeeded(await create(team));
    expect(refused(await update(team, { id: classifier.id, watcherId: watcher.id }))).toMatchObject({
      code: 'SLUG_TAKEN',
      slug: 'severity',
    });
  });
});

describe('an update of a classifier', () => {
  it('makes a version for changed labels, and none for the rest', async ({ team }) => {
    const { id } = await newClassifier(team);
    const about = { id };
    const same = succeeded(
      await update(team, { ...about, name: 'Risk', attributeValues: ['low', 'high'] }),
    ).classifier;
    expect(same.versions.nodes).toHaveLength(1);
    const values = { low: { description: 'Can wait.' }, high: {} };
    const { classifier, requestId } = succeeded(await update(team, { ...about, attributeValues: values }));
    expect(classifier.currentVersion).toMatchObject({
      version: 2,
      attributeKey: 'severity',
      attributeValues: values,
    });
    expect(classifier.versions.nodes).toHaveLength(2);
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'CLASSIFIER_UPDATED', entityId: id, payload: { changed: ['currentVersion'] } },
    ]);
  });

  it('is refused where a template manages it, and where it is archived', async ({ team, psql }) => {
    const managed = await newClassifier(team);
    await manage(psql, 'classifier', managed.id, await installByHand(psql, team));
    const given = { attributeKey: 'risk' };
    expect(refused(await update(team, { id: managed.id, ...given })).code).toBe('MANAGED_BY_TEMPLATE');
    expect(refused(await archive(team, managed.id)).code).toBe('MANAGED_BY_TEMPLATE');
    const { id } = await newClassifier(team);
    succeeded(await archive(team, id));
    expect(refused(await update(team, { id, ...given })).code).toBe('VOCABULARY_ARCHIVED');
  });
});
