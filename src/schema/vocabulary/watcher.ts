import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { newestFirst } from '../kit/list/order.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { vocabularyFields } from './vocabularyFields.ts';
import { WatcherVersion } from './watcherVersion.ts';

export const Watcher = builder.prismaNode('Watcher', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'A question that an agent answers at set times, with a JSON Schema of the answer.',
  fields: (t) => ({
    ...vocabularyFields(t),
    schedule: t.exposeString('schedule', {
      nullable: true,
      description:
        'The times at which the watcher is due, as a cron expression with five fields in UTC: minute, hour, day of month, month and day of week. Null when the watcher is due at no set times.',
    }),
    scheduleEnabled: t.exposeBoolean('scheduleEnabled', {
      description: 'Whether the schedule is enabled. Releases do not change it.',
    }),
    connection: t.exposeString('connection', {
      nullable: true,
      description:
        'The name of the connection in the organization that the watcher reads through; null when none is set. Releases do not change it.',
    }),
    currentVersion: t.relation('currentVersion', {
      type: WatcherVersion,
      description: 'The current version of the watcher, which holds its prompt, schema and script.',
    }),
    versions: t.relatedConnection('versions', {
      ...relatedList(),
      description: 'All versions of the watcher, newest first.',
    }),
    windows: t.relatedConnection('windows', {
      ...relatedList(newestFirst('startsAt')),
      description:
        'The windows of the watcher, ordered by `startsAt`, latest first. A window is never deleted.',
    }),
  }),
});

liveNoun('Watcher', {
  changes: {
    WATCHER_CREATED: 'A watcher was created.',
    WATCHER_UPDATED: 'A public field of a watcher changed, or the watcher got a new version.',
    WATCHER_ARCHIVED: 'A watcher was archived.',
  },
});
