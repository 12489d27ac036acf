import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { long } from '../kit/long.ts';
import { vocabularyFields } from './vocabularyFields.ts';

export const EntityType = builder.prismaNode('EntityType', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'A kind of entity that an organization works with, such as a customer or a service.',
  fields: (t) => ({
    ...vocabularyFields(t),
    metadataSchema: t.field({
      ...long('EntityType', 'metadataSchema', 64),
      type: 'JSON',
      nullable: true,
      description:
        'The JSON Schema (draft 2020-12) of the metadata of an entity of this type; null when any metadata is allowed.',
    }),
  }),
});

liveNoun('EntityType', {
  changes: {
    ENTITY_TYPE_CREATED: 'An entity type was created.',
    ENTITY_TYPE_UPDATED: 'A public field of an entity type changed.',
    ENTITY_TYPE_ARCHIVED: 'An entity type was archived.',
  },
});
