import { VocabularyArchivedError, WatcherWindowRecordedError } from '../../errors/errors.ts';
import { Watcher } from '../../schema/vocabulary/watcher.ts';
import { WatcherWindow } from '../../schema/vocabulary/watcherWindow.ts';
import { recordWatcherWindow, recordWatcherWindowInput } from '../../services/vocabulary/watcherWindow.ts';
import { mutation } from '../kit/mutation.ts';

mutation('recordWatcherWindow', {
  description: `Records the answer of a watcher for a span of time. The watcher may be managed by an installation.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND: the watcher.
3. FORBIDDEN: the role of the viewer does not allow the mutation.
4. IDEMPOTENCY_CONFLICT
5. FORBIDDEN: the platform defines the watcher.
6. VOCABULARY_ARCHIVED
7. NOT_FOUND: the watcher has no such version.
8. WATCHER_WINDOW_RECORDED

Allowed for OWNER and ADMIN.`,
  input: (t) => ({
    watcherId: t.idOf('Watcher', { required: true, description: 'The watcher that gave the answer.' }),
    versionId: t.idOf('WatcherVersion', {
      description:
        'The version that the watcher ran with. Default: the current version. Pass it when the watcher may have changed during the run.',
    }),
    startsAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'When the span starts.',
    }),
    endsAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'When the span ends. This moment is not part of the span. It must be after `startsAt`.',
    }),
    extractedData: t.field({
      type: 'JSON',
      required: true,
      description:
        'The answer of the watcher, a JSON object of at most 64 KB. The server does not check it against the schema of the version.',
    }),
  }),
  schema: recordWatcherWindowInput,
  errors: [WatcherWindowRecordedError, VocabularyArchivedError],
  act: recordWatcherWindow,
  payload: (t) => ({
    watcher: t.exposeNode('watcherId', { type: Watcher, description: 'The watcher that gave the answer.' }),
    window: t.exposeNode('windowId', { type: WatcherWindow, description: 'The new window.' }),
  }),
});
