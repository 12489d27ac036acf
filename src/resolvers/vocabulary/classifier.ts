import { ManagedByTemplateError, SlugTakenError, VocabularyArchivedError } from '../../errors/errors.ts';
import { Classifier } from '../../schema/vocabulary/classifier.ts';
import { archiveClassifier } from '../../services/vocabulary/archive.ts';
import {
  createClassifier,
  createClassifierInput,
  updateClassifier,
  updateClassifierInput,
} from '../../services/vocabulary/classifier.ts';
import { mutation } from '../kit/mutation.ts';
import {
  ARCHIVE_RULE,
  CREATE_RULE,
  changedVocabularyFields,
  newVocabularyFields,
  UPDATE_RULE,
} from './inputFields.ts';

const ATTRIBUTE_KEY = 'The name of the attribute whose values are the labels, 1 to 100 characters.';
const ATTRIBUTE_VALUES =
  'The labels: a list of 1 to 200 different strings of 1 to 100 characters, or an object with 1 to 200 keys, whose keys are the labels and whose values describe them.';
const WATCHER =
  'The watcher whose findings the classifier labels, in the same organization. Classifiers of different watchers may have the same slug.';

mutation('createClassifier', {
  description: `Creates a classifier and its first version.

${CREATE_RULE}`,
  input: (t) => ({
    ...newVocabularyFields(t),
    attributeKey: t.string({ required: true, description: ATTRIBUTE_KEY }),
    attributeValues: t.field({ type: 'JSON', required: true, description: ATTRIBUTE_VALUES }),
    watcherId: t.idOf('Watcher', { description: WATCHER }),
  }),
  schema: createClassifierInput,
  errors: [SlugTakenError],
  act: createClassifier,
  payload: (t) => ({
    classifier: t.exposeNode('id', { type: Classifier, description: 'The new classifier.' }),
  }),
});

mutation('updateClassifier', {
  description: `Changes a classifier. A change of \`attributeKey\` or \`attributeValues\` creates a new version; other changes create none. ${UPDATE_RULE}`,
  input: (t) => ({
    id: t.idOf('Classifier', { required: true, description: 'The classifier to change.' }),
    ...changedVocabularyFields(t),
    attributeKey: t.string({ description: ATTRIBUTE_KEY }),
    attributeValues: t.field({ type: 'JSON', description: ATTRIBUTE_VALUES }),
    watcherId: t.idOf('Watcher', { description: WATCHER }),
  }),
  schema: updateClassifierInput,
  errors: [SlugTakenError, ManagedByTemplateError, VocabularyArchivedError],
  act: updateClassifier,
  payload: (t) => ({
    classifier: t.exposeNode('id', { type: Classifier, description: 'The changed classifier.' }),
  }),
});

mutation('archiveClassifier', {
  description: `Archives a classifier. ${ARCHIVE_RULE}`,
  input: (t) => ({
    id: t.idOf('Classifier', { required: true, description: 'The classifier to archive.' }),
  }),
  errors: [ManagedByTemplateError],
  act: archiveClassifier,
  payload: (t) => ({
    classifier: t.exposeNode('id', { type: Classifier, description: 'The archived classifier.' }),
  }),
});
