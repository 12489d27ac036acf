import { describe, expect, it } from 'vitest';
import { buildManifest } from '../../src/services/template/manifest/buildManifest.ts';
import {
  type ClassifierRow,
  classifierDefinition,
  type EntityTypeRow,
  entityTypeDefinition,
  type RelationshipTypeRow,
  relationshipTypeDefinition,
  type WatcherRow,
  watcherDefinition,
} from '../../src/services/template/manifest/definition.ts';
import type { Definition } from '../../src/services/template/manifest/item.ts';
import { validateManifest } from '../../src/services/template/manifest/validateManifest.ts';

type Vocabulary = {
  entityTypes: EntityTypeRow[];
  relationshipTypes: RelationshipTypeRow[];
  watchers: WatcherRow[];
  classifiers: ClassifierRow[];
};

const agent = { id: 'agent-1', role: 'reviewer', description: null, config: { model: 'fast' } };

const EMPTY: Vocabulary = { entityTypes: [], relationshipTypes: [], watchers: [], classifiers: [] };

const entityType = { id: 'type-1', slug: 'issue', name: 'Issue', description: null, metadataSchema: null };

const relationshipType = {
  ...{ id: 'rel-1', slug: 'blocks', name: 'Blocks', description: null, metadataSchema: null },
  ...{ isSymmetric: false, inverseId: null, rules: [{ sourceTypeId: 'type-1', targetTypeId: 'type-1' }] },
};

const watcher = {
  ...{ id: 'watch-1', slug: 'triage', name: 'Triage', description: null, prompt: 'What broke?' },
  ...{ extractionSchema: { type: 'object' }, schedule: '0 9 * * 1-5', reactionScript: null },
};

const classifier = {
  ...{ id: 'class-1', slug: 'severity', name: 'Severity', description: null },
  ...{ attributeKey: 'severity', attributeValues: ['low', 'high'], watcherId: 'watch-1' },
};

const vocabulary: Vocabulary = {
  entityTypes: [entityType],
  relationshipTypes: [relationshipType],
  watchers: [watcher],
  classifiers: [classifier],
};

function rowsOf({ entityTypes, relationshipTypes, watchers, classifiers }: Vocabulary) {
  const of = <Row extends { id: string }>(rows: Row[], define: (row: Row) => Definition) =>
    rows.map((row) => ({ id: row.id, definition: define(row) }));
  return [
    ...of(entityTypes, entityTypeDefinition),
    ...of(relationshipTypes, relationshipTypeDefinition),
    ...of(watchers, watcherDefinition),
    ...of(classifiers, classifierDefinition),
  ];
}

const manifestWith = (changed: Partial<Vocabulary>) => buildManifest(agent, rowsOf({ ...EMPTY, ...changed }));

const faultsOf = (changed: Partial<Vocabulary>) =>
  validateManifest(buildManifest(agent, rowsOf({ ...vocabulary, ...changed })));

const paths = (changed: Partial<Vocabulary>) => faultsOf(changed).map(({ path }) => path);

describe('a manifest', () => {
  it('lists items after those that they refer to, by the ids of their source rows', () => {
    const { items } = buildManifest(agent, rowsOf(vocabulary));
    expect(items.map(({ kind, sourceKey, slug }) => [kind, sourceKey, slug])).toEqual([
      ['AGENT', 'agent-1', 'agent'],
      ['ENTITY_TYPE', 'type-1', 'issue'],
      ['RELATIONSHIP_TYPE', 'rel-1', 'blocks'],
      ['WATCHER', 'watch-1', 'triage'],
      ['CLASSIFIER', 'class-1', 'severity'],
    ]);
  });

  it("leaves out the platform's slugs", () => {
    const member = { ...entityType, id: 'type-2', slug: '$member' };
    expect(manifestWith({ entityTypes: [member] }).items).toHaveLength(1);
  });

  it('has the same hash for the same content, in whatever order rows and keys come', () => {
    const other = { ...entityType, id: 'type-2', slug: 'pull', metadataSchema: { a: 1, b: 2 } };
    const same = { ...other, metadataSchema: { b: 2, a: 1 } };
    const one = manifestWith({ entityTypes: [entityType, other] });
    const two = manifestWith({ entityTypes: [same, entityType] });
    expect(two.hash).toBe(one.hash);
    const renamed = manifestWith({ entityTypes: [{ ...entityType, name: 'Bug' }, other] });
    expect(renamed.hash).not.toBe(one.hash);
    expect(renamed.items[2]?.hash).toBe(one.items[2]?.hash);
  });
});

describe('the validation of a manifest', () => {
  it('finds no fault in a valid one', () => {
    expect(faultsOf({})).toEqual([]);
  });

  it('names every fault at once', () => {
    expect(
      paths({
        entityTypes: [{ ...entityType, slug: null, name: ' ' }],
        watchers: [{ ...watcher, slug: null, schedule: '61 * * * *', prompt: '' }],
        classifiers: [{ ...classifier, attributeValues: [] }],
      }),
    ).toEqual([
      'ENTITY_TYPE.type-1.slug',
      'ENTITY_TYPE.type-1.name',
      'WATCHER.watch-1.slug',
      'WATCHER.watch-1.prompt',
      'WATCHER.watch-1.schedule',
      'CLASSIFIER.severity.attributeValues',
    ]);
  });

  it('refuses references out of the release', () => {
    expect(
      faultsOf({
        entityTypes: [],
        watchers: [],
        relationshipTypes: [{ ...relationshipType, inverseId: 'type-1' }],
      }),
    ).toEqual([
      {
        path: 'RELATIONSHIP_TYPE.blocks.inverse',
        message: 'must refer to a relationship type of the same release',
      },
      {
        path: 'RELATIONSHIP_TYPE.blocks.rules.0.source',
        message: 'must refer to an entity type of the same release',
      },
      {
        path: 'RELATIONSHIP_TYPE.blocks.rules.0.target',
        message: 'must refer to an entity type of the same release',
      },
      { path: 'CLASSIFIER.severity.watcher', message: 'must refer to a watcher of the same release' },
    ]);
  });

  it('refuses two items of one kind with one slug, and allows it across kinds', () => {
    expect(paths({ entityTypes: [entityType, { ...entityType, id: 'type-2' }] })).toEqual([
      'ENTITY_TYPE.issue.slug',
    ]);
    expect(paths({ watchers: [{ ...watcher, slug: 'issue' }] })).toEqual([]);
  });

  it.each(['* * * * * *', '? * * * *', 'tomorrow', '', '*/61 * * * *', '0 0 32 * *'])(
    'refuses the schedule %j',
    (schedule) => {
      expect(paths({ watchers: [{ ...watcher, schedule }] })).toEqual(['WATCHER.triage.schedule']);
    },
  );

  it('names the place of a fault within a schema', () => {
    const extractionSchema = {
      type: 'object',
      properties: { title: { type: 'text' }, body: { $ref: 'https://example.com' } },
    };
    expect(paths({ watchers: [{ ...watcher, extractionSchema }] })).toEqual([
      'WATCHER.triage.extractionSchema.properties.body.$ref',
      'WATCHER.triage.extractionSchema.properties.title.type',
    ]);
  });

  it('refuses more items than a release may have', () => {
    const entityTypes = Array.from({ length: 2_001 }, (_, at) => ({
      ...entityType,
      id: `t${at}`,
      slug: `t${at}`,
    }));
    expect(paths({ entityTypes })).toEqual(['items']);
  });
});
