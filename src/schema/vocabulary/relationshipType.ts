import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { long } from '../kit/long.ts';
import { weighs } from '../kit/weight.ts';
import { EntityType } from './entityType.ts';
import { vocabularyFields } from './vocabularyFields.ts';

const RelationshipTypeRule = builder.prismaObject('RelationshipTypeRule', {
  sharedBy: 'MEMBERS',
  select: {},
  description: 'A pair of entity types that a relationship type allows.',
  fields: (t) => ({
    source: t.relation('sourceType', { type: EntityType, description: 'The entity type of the source.' }),
    target: t.relation('targetType', { type: EntityType, description: 'The entity type of the target.' }),
  }),
});

export const RelationshipType = builder.prismaNode('RelationshipType', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'A kind of relationship from one entity to another, such as "is owned by".',
  fields: (t) => ({
    ...vocabularyFields(t),
    metadataSchema: t.field({
      ...long('RelationshipType', 'metadataSchema', 64),
      type: 'JSON',
      nullable: true,
      description:
        'The JSON Schema (draft 2020-12) of the metadata of a relationship of this type; null when any metadata is allowed.',
    }),
    isSymmetric: t.exposeBoolean('isSymmetric', {
      description:
        'Whether a relationship of this type holds in both directions. The rules of a symmetric type apply in both directions too.',
    }),
    inverse: t.relation('inverse', {
      nullable: true,
      description:
        'The relationship type of the opposite direction, such as "owns" for "is owned by"; null when none is set. A symmetric type has none.',
    }),
    rules: t.relation('rules', {
      ...weighs({ items: 100 }),
      type: RelationshipTypeRule,
      description:
        'The pairs of entity types that the relationship type allows, at most 200. Without rules, it allows every pair.',
      query: { orderBy: [{ sourceTypeId: 'asc' }, { targetTypeId: 'asc' }], take: 200 },
    }),
  }),
});

liveNoun('RelationshipType', {
  changes: {
    RELATIONSHIP_TYPE_CREATED: 'A relationship type was created.',
    RELATIONSHIP_TYPE_UPDATED: 'A public field or the rules of a relationship type changed.',
    RELATIONSHIP_TYPE_ARCHIVED: 'A relationship type was archived.',
  },
});
