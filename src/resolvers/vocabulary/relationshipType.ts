import { ManagedByTemplateError, SlugTakenError, VocabularyArchivedError } from '../../errors.ts';
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
  changedVocabularyFields,
  metadataSchemaField,
  newVocabularyFields,
  UPDATE_RULE,
} from './inputFields.ts';

const RelationshipTypeRuleInput = builder.inputType('RelationshipTypeRuleInput', {
  description: 'A pair of entity types that a relationship type may relate.',
  fields: (t) => ({
    sourceSlug: t.string({ required: true, description: 'The slug of an entity type that is not archived.' }),
    targetSlug: t.string({ required: true, description: 'The slug of an entity type that is not archived.' }),
  }),
});

const ownFields = (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) => ({
  metadataSchema: metadataSchemaField(t),
  inverseId: t.idOf('RelationshipType', {
    description:
      'The type that says the same the other way round. A symmetric type has none. The other type is not changed.',
  }),
});

const isSymmetric = 'Whether it says the same both ways round.';

mutation('createRelationshipType', {
  description: 'Creates a relationship type. For OWNER and ADMIN.',
  input: (t) => ({
    ...newVocabularyFields(t),
    ...ownFields(t),
    isSymmetric: t.boolean({ required: true, defaultValue: false, description: isSymmetric }),
    rules: t.field({
      type: [RelationshipTypeRuleInput],
      required: true,
      defaultValue: [],
      description: 'The pairs that it may relate, at most 200. None: it may relate any.',
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
    relationshipTypeId: t.idOf('RelationshipType', { required: true, description: 'The relationship type.' }),
    ...changedVocabularyFields(t),
    ...ownFields(t),
    isSymmetric: t.boolean({ description: isSymmetric }),
    rules: t.field({
      type: [RelationshipTypeRuleInput],
      description: 'All pairs that it may relate from now on, at most 200. None: it may relate any.',
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
    relationshipTypeId: t.idOf('RelationshipType', { required: true, description: 'The relationship type.' }),
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
