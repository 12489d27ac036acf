import { ManagedByTemplateError, VocabularyArchivedError, WatcherWindowRecordedError } from '../../errors.ts';
import { userError } from '../kit/userError.ts';
import { Installation } from '../template/installation.ts';
import { WatcherWindow } from './watcherWindow.ts';

userError(ManagedByTemplateError, {
  description:
    'an installed template defines it. Its releases change and archive it; only local fields may be changed here.',
  fields: (t) => ({
    installation: t.exposeNode('installationId', {
      type: Installation,
      description: 'The installation that manages it.',
    }),
  }),
});

userError(VocabularyArchivedError, {
  description: 'it is archived, and stays as it was.',
  fields: (t) => ({
    archivedAt: t.expose('archivedAt', { type: 'DateTime', description: 'When it was archived.' }),
  }),
});

userError(WatcherWindowRecordedError, {
  description: 'the watcher has a window from the same moment to the same moment.',
  fields: (t) => ({
    window: t.exposeNode('windowId', {
      type: WatcherWindow,
      description: 'The window that was recorded before.',
    }),
  }),
});
