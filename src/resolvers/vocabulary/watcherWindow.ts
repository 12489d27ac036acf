import { VocabularyArchivedError, WatcherWindowRecordedError } from '../../errors.ts';
import { Watcher } from '../../schema/vocabulary/watcher.ts';
import { WatcherWindow } from '../../schema/vocabulary/watcherWindow.ts';
import { recordWatcherWindow, recordWatcherWindowInput } from '../../services/vocabulary/watcherWindow.ts';
import { mutation } from '../kit/mutation.ts';

mutation('recordWatcherWindow', {
  description:
    'Records what a watcher found in a span of time. Also for a managed watcher. For OWNER and ADMIN.',
  input: (t) => ({
    watcherId: t.idOf('Watcher', { required: true, description: 'The watcher.' }),
    versionId: t.idOf('WatcherVersion', {
      description:
        'The version that the watcher ran with. Without it, the one that is current now: name it when the watcher may have changed during the run.',
    }),
    startsAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'The first moment of the span.',
    }),
    endsAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'The end of the span, which is no part of it.',
    }),
    extractedData: t.field({
      type: 'JSON',
      required: true,
      description: 'The answer: a JSON object of at most 64 KB, kept as it is.',
    }),
  }),
  schema: recordWatcherWindowInput,
  errors: [WatcherWindowRecordedError, VocabularyArchivedError],
  act: recordWatcherWindow,
  payload: (t) => ({
    watcher: t.exposeNode('watcherId', { type: Watcher, description: 'The watcher.' }),
    window: t.exposeNode('windowId', { type: WatcherWindow, description: 'The new window.' }),
  }),
});
