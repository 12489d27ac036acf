import { ManagedByTemplateError, SlugTakenError, VocabularyArchivedError } from '../../errors/errors.ts';
import { EntityType } from '../../schema/vocabulary/entityType.ts';
import { archiveEntityType } from '../../services/vocabulary/archive.ts';
import {
  createEntityType,
  createEntityTypeInput,
  updateEntityType,
  updateEntityTypeInput,
} from '../../services/vocabulary/entityType.ts';
import { mutation } from '../kit/mutation.ts';
import {
  ARCHIVE_RULE,
  CREATE_RULE,
  changedVocabularyFields,
  metadataSchemaField,
  newVocabularyFields,
  UPDATE_RULE,
} from './inputFields.ts';

mutation('createEntityType', {
  description: `Creates an entity type.

${CREATE_RULE}`,
  input: (t) => ({ ...newVocabularyFields(t), metadataSchema: metadataSchemaField(t) }),
  schema: createEntityTypeInput,
  errors: [SlugTakenError],
  act: createEntityType,
  payload: (t) => ({
    entityType: t.exposeNode('id', { type: EntityType, description: 'The new entity type.' }),
  }),
});

mutation('updateEntityType', {
  description: `Changes an entity type. ${UPDATE_RULE}`,
  input: (t) => ({
    id: t.idOf('EntityType', { required: true, description: 'The entity type to change.' }),
    ...changedVocabularyFields(t),
    metadataSchema: metadataSchemaField(t),
  }),
  schema: updateEntityTypeInput,
  errors: [SlugTakenError, ManagedByTemplateError, VocabularyArchivedError],
  act: updateEntityType,
  payload: (t) => ({
    entityType: t.exposeNode('id', { type: EntityType, description: 'The changed entity type.' }),
  }),
});

mutation('archiveEntityType', {
  description: `Archives an entity type. ${ARCHIVE_RULE}`,
  input: (t) => ({
    id: t.idOf('EntityType', { required: true, description: 'The entity type to archive.' }),
  }),
  errors: [ManagedByTemplateError],
  act: archiveEntityType,
  payload: (t) => ({
    entityType: t.exposeNode('id', { type: EntityType, description: 'The archived entity type.' }),
  }),
});
