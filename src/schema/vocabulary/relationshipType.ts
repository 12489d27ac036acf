import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { EntityType } from './entityType.ts';
import { vocabularyFields } from './vocabularyFields.ts';

const RelationshipTypeRule = builder.prismaObject('RelationshipTypeRule', {
  description: 'A pair of entity types that a relationship type may relate.',
  fields: (t) => ({
    source: t.relation('sourceType', { type: EntityType, description: 'The type of the source.' }),
    target: t.relation('targetType', { type: EntityType, description: 'The type of the target.' }),
  }),
});

export const RelationshipType = builder.prismaNode('RelationshipType', {
  id: { field: 'id' },
  description: 'How two things may be related, such as "is owned by".',
  fields: (t) => ({
    ...vocabularyFields(t),
    metadataSchema: t.expose('metadataSchema', {
      type: 'JSON',
      nullable: true,
      description: 'The JSON Schema (draft 2020-12) of the metadata of such a relationship; null allows any.',
    }),
    isSymmetric: t.exposeBoolean('isSymmetric', {
      description: 'Whether it says the same both ways round. Its rules then hold both ways round, too.',
    }),
    inverse: t.relation('inverse', {
      nullable: true,
      description: 'The type that says the same the other way round. A symmetric one has none.',
    }),
    rules: t.relation('rules', {
      type: RelationshipTypeRule,
      description: 'The pairs that it may relate, at most 200. Without rules it may relate any.',
      query: { orderBy: [{ sourceTypeId: 'asc' }, { targetTypeId: 'asc' }], take: 200 },
    }),
  }),
});

liveNoun('RelationshipType', {
  changes: {
    RELATIONSHIP_TYPE_CREATED: 'A relationship type was created.',
    RELATIONSHIP_TYPE_UPDATED: 'A public field of a relationship type changed, or its rules.',
    RELATIONSHIP_TYPE_ARCHIVED: 'A relationship type was archived.',
  },
});
