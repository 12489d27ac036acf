import { ManagedByTemplateError, SlugTakenError, VocabularyArchivedError } from '../../errors/errors.ts';
import { builder } from '../../schema/index.ts';
import type { Types } from '../../schema/kit/builder.ts';
import { RelationshipType } from '../../schema/vocabulary/relationshipType.ts';
import { archiveRelationshipType } from '../../services/vocabulary/archive.ts';
import {
  createRelationshipType,
  createRelationshipTypeInput,
  updateRelationshipType,
  updateRelationshipTypeInput,
} from '../../services/vocabulary/relationshipType.ts';
import { mutation } from '../kit/mutation.ts';
import {
  ARCHIVE_RULE,
  CREATE_RULE,
  changedVocabularyFields,
  metadataSchemaField,
  newVocabularyFields,
  UPDATE_RULE,
} from './inputFields.ts';

const RelationshipTypeRuleInput = builder.inputType('RelationshipTypeRuleInput', {
  description: 'A pair of entity types that a relationship type allows.',
  fields: (t) => ({
    sourceSlug: t.string({
      required: true,
      description: 'The slug of the entity type of the source, which must be live.',
    }),
    targetSlug: t.string({
      required: true,
      description: 'The slug of the entity type of the target, which must be live.',
    }),
  }),
});

const ownFields = (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) => ({
  metadataSchema: metadataSchemaField(t),
  inverseId: t.idOf('RelationshipType', {
    description:
      'The relationship type of the opposite direction, in the same organization. Not allowed for a symmetric type. The mutation does not change the inverse type.',
  }),
});

const isSymmetric = 'Whether a relationship of this type holds in both directions.';

mutation('createRelationshipType', {
  description: `Creates a relationship type.

${CREATE_RULE}`,
  input: (t) => ({
    ...newVocabularyFields(t),
    ...ownFields(t),
    isSymmetric: t.boolean({ required: true, defaultValue: false, description: isSymmetric }),
    rules: t.field({
      type: [RelationshipTypeRuleInput],
      required: true,
      defaultValue: [],
      description:
        'The pairs of entity types that the relationship type allows, at most 200. An empty list allows every pair.',
    }),
  }),
  schema: createRelationshipTypeInput,
  errors: [SlugTakenError],
  act: createRelationshipType,
  payload: (t) => ({
    relationshipType: t.exposeNode('id', {
      type: RelationshipType,
      description: 'The new relationship type.',
    }),
  }),
});

mutation('updateRelationshipType', {
  description: `Changes a relationship type. ${UPDATE_RULE}`,
  input: (t) => ({
    id: t.idOf('RelationshipType', {
      required: true,
      description: 'The relationship type to change.',
    }),
    ...changedVocabularyFields(t),
    ...ownFields(t),
    isSymmetric: t.boolean({ description: isSymmetric }),
    rules: t.field({
      type: [RelationshipTypeRuleInput],
      description:
        'The pairs of entity types that the relationship type allows, at most 200. They replace all existing rules. An empty list allows every pair.',
    }),
  }),
  schema: updateRelationshipTypeInput,
  errors: [SlugTakenError, ManagedByTemplateError, VocabularyArchivedError],
  act: updateRelationshipType,
  payload: (t) => ({
    relationshipType: t.exposeNode('id', {
      type: RelationshipType,
      description: 'The changed relationship type.',
    }),
  }),
});

mutation('archiveRelationshipType', {
  description: `Archives a relationship type. ${ARCHIVE_RULE}`,
  input: (t) => ({
    id: t.idOf('RelationshipType', {
      required: true,
      description: 'The relationship type to archive.',
    }),
  }),
  errors: [ManagedByTemplateError],
  act: archiveRelationshipType,
  payload: (t) => ({
    relationshipType: t.exposeNode('id', {
      type: RelationshipType,
      description: 'The archived relationship type.',
    }),
  }),
});
