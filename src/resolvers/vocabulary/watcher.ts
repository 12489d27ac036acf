import { ManagedByTemplateError, SlugTakenError, VocabularyArchivedError } from '../../errors.ts';
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
  changedVocabularyFields,
  JSON_SCHEMA_RULE,
  newVocabularyFields,
  UPDATE_RULE,
} from './inputFields.ts';

const PROMPT = 'The question, 1 to 65,536 characters.';
const EXTRACTION_SCHEMA = `The JSON Schema of an answer. ${JSON_SCHEMA_RULE}`;

const optionalFields = (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) => ({
  schedule: t.string({
    description: 'When it is due, as a cron expression of five fields, in UTC. None: at no set times.',
  }),
  reactionScript: t.string({
    description:
      'What the agent is to run on an answer, up to 65,536 characters. The server stores it and never runs it.',
  }),
});

mutation('createWatcher', {
  description: 'Creates a watcher, with its first version. For OWNER and ADMIN.',
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
  description: `Changes a watcher. A changed prompt, schema or script makes a new version, and earlier windows keep theirs; other changes make none. ${UPDATE_RULE}`,
  input: (t) => ({
    watcherId: t.idOf('Watcher', { required: true, description: 'The watcher.' }),
    ...changedVocabularyFields(t),
    prompt: t.string({ description: PROMPT }),
    extractionSchema: t.field({ type: 'JSON', description: EXTRACTION_SCHEMA }),
    ...optionalFields(t),
    connection: t.string({
      description:
        'The connection that it reads through, 1 to 255 characters. May be given for a managed one, too.',
    }),
    scheduleEnabled: t.boolean({
      description: 'Whether the schedule is in force. May be given for a managed one, too.',
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
    watcherId: t.idOf('Watcher', { required: true, description: 'The watcher.' }),
  }),
  errors: [ManagedByTemplateError],
  act: archiveWatcher,
  payload: (t) => ({
    watcher: t.exposeNode('id', { type: Watcher, description: 'The archived watcher.' }),
  }),
});
