import {
  ManagedByTemplateError,
  VocabularyArchivedError,
  WatcherWindowRecordedError,
} from '../../errors/errors.ts';
import { userError } from '../kit/userError.ts';
import { Installation } from '../template/installation.ts';
import { WatcherWindow } from './watcherWindow.ts';

userError(ManagedByTemplateError, {
  description:
    'an installation manages the definition. Only releases of its template change and archive the definition; the API may change its local fields: `displayName`, and for a watcher also `connection` and `scheduleEnabled`.',
  fields: (t) => ({
    installation: t.exposeNode('installationId', {
      type: Installation,
      description: 'The installation that manages the definition.',
    }),
  }),
});

userError(VocabularyArchivedError, {
  description: 'the definition is archived. An archived definition cannot be changed.',
  fields: (t) => ({
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      description: 'When the definition was archived.',
    }),
  }),
});

userError(WatcherWindowRecordedError, {
  description: 'the watcher already has a window with the same `startsAt` and the same `endsAt`.',
  fields: (t) => ({
    window: t.exposeNode('windowId', {
      type: WatcherWindow,
      description: 'The window that the watcher already has.',
    }),
  }),
});
