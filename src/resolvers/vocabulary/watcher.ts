import { ManagedByTemplateError, SlugTakenError, VocabularyArchivedError } from '../../errors/errors.ts';
import type { Types } from '../../schema/kit/builder.ts';
import { Watcher } from '../../schema/vocabulary/watcher.ts';
import { archiveWatcher } from '../../services/vocabulary/archive.ts';
import {
  createWatcher,
  createWatcherInput,
  updateWatcher,
  updateWatcherInput,
} from '../../services/vocabulary/watcher.ts';
import { mutation } from '../kit/mutation.ts';
import {
  ARCHIVE_RULE,
  CREATE_RULE,
  changedVocabularyFields,
  JSON_SCHEMA_RULE,
  newVocabularyFields,
  UPDATE_RULE,
} from './inputFields.ts';

const PROMPT = 'The question that the watcher asks, 1 to 65,536 characters.';
const EXTRACTION_SCHEMA = `The JSON Schema of the answer. ${JSON_SCHEMA_RULE}`;

const optionalFields = (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) => ({
  schedule: t.string({
    description:
      'The times at which the watcher is due, as a cron expression with five fields in UTC: minute, hour, day of month, month and day of week. Without a schedule, the watcher is due at no set times.',
  }),
  reactionScript: t.string({
    description:
      'The script that the agent runs on an answer, up to 65,536 characters. The server stores the script and never runs it.',
  }),
});

mutation('createWatcher', {
  description: `Creates a watcher and its first version.

${CREATE_RULE}`,
  input: (t) => ({
    ...newVocabularyFields(t),
    prompt: t.string({ required: true, description: PROMPT }),
    extractionSchema: t.field({ type: 'JSON', required: true, description: EXTRACTION_SCHEMA }),
    ...optionalFields(t),
  }),
  schema: createWatcherInput,
  errors: [SlugTakenError],
  act: createWatcher,
  payload: (t) => ({
    watcher: t.exposeNode('id', { type: Watcher, description: 'The new watcher.' }),
  }),
});

mutation('updateWatcher', {
  description: `Changes a watcher. A change of \`prompt\`, \`extractionSchema\` or \`reactionScript\` creates a new version; other changes create none. Earlier windows keep the version that they were recorded with. ${UPDATE_RULE}`,
  input: (t) => ({
    id: t.idOf('Watcher', { required: true, description: 'The watcher to change.' }),
    ...changedVocabularyFields(t),
    prompt: t.string({ description: PROMPT }),
    extractionSchema: t.field({ type: 'JSON', description: EXTRACTION_SCHEMA }),
    ...optionalFields(t),
    connection: t.string({
      description:
        'The name of the connection that the watcher reads through, 1 to 255 characters. The field is also allowed when an installation manages the watcher.',
    }),
    scheduleEnabled: t.boolean({
      description:
        'Whether the schedule is enabled. The field is also allowed when an installation manages the watcher.',
    }),
  }),
  schema: updateWatcherInput,
  errors: [SlugTakenError, ManagedByTemplateError, VocabularyArchivedError],
  act: updateWatcher,
  payload: (t) => ({
    watcher: t.exposeNode('id', { type: Watcher, description: 'The changed watcher.' }),
  }),
});

mutation('archiveWatcher', {
  description: `Archives a watcher. ${ARCHIVE_RULE}`,
  input: (t) => ({
    id: t.idOf('Watcher', { required: true, description: 'The watcher to archive.' }),
  }),
  errors: [ManagedByTemplateError],
  act: archiveWatcher,
  payload: (t) => ({
    watcher: t.exposeNode('id', { type: Watcher, description: 'The archived watcher.' }),
  }),
});
