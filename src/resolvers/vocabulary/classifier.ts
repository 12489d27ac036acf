import { ManagedByTemplateError, SlugTakenError, VocabularyArchivedError } from '../../errors.ts';
import { Classifier } from '../../schema/vocabulary/classifier.ts';
import { archiveClassifier } from '../../services/vocabulary/archive.ts';
import {
  createClassifier,
  createClassifierInput,
  updateClassifier,
  updateClassifierInput,
} from '../../services/vocabulary/classifier.ts';
import { mutation } from '../kit/mutation.ts';
import { ARCHIVE_RULE, changedVocabularyFields, newVocabularyFields, UPDATE_RULE } from './inputFields.ts';

const ATTRIBUTE_KEY = 'The attribute that a label is the value of, 1 to 100 characters.';
const ATTRIBUTE_VALUES =
  'The labels: a list of 1 to 200 different texts, or an object with such keys that describes each.';
const WATCHER =
  'The watcher whose findings it labels. Classifiers of different watchers may have the same slug.';

mutation('createClassifier', {
  description: 'Creates a classifier, with its first version. For OWNER and ADMIN.',
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
  description: `Changes a classifier. A changed attribute or changed labels make a new version; other changes make none. ${UPDATE_RULE}`,
  input: (t) => ({
    classifierId: t.idOf('Classifier', { required: true, description: 'The classifier.' }),
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
    classifierId: t.idOf('Classifier', { required: true, description: 'The classifier.' }),
  }),
  errors: [ManagedByTemplateError],
  act: archiveClassifier,
  payload: (t) => ({
    classifier: t.exposeNode('id', { type: Classifier, description: 'The archived classifier.' }),
  }),
});
