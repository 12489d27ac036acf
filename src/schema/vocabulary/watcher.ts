import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { byTime, newestFirst } from '../kit/list/order.ts';
import { vocabularyFields } from './vocabularyFields.ts';
import { WatcherVersion } from './watcherVersion.ts';
import { WatcherWindow } from './watcherWindow.ts';

export const Watcher = builder.prismaNode('Watcher', {
  id: { field: 'id' },
  description: 'A question that is asked at set times, with a schema for its answer.',
  fields: (t) => ({
    ...vocabularyFields(t),
    schedule: t.exposeString('schedule', {
      nullable: true,
      description: 'When it is due, as a cron expression of five fields, in UTC; null: at no set times.',
    }),
    scheduleEnabled: t.exposeBoolean('scheduleEnabled', {
      description: 'Whether the schedule is in force. No release changes it.',
    }),
    connection: t.exposeString('connection', {
      nullable: true,
      description: 'The connection that it reads through, by its name here. No release changes it.',
    }),
    currentVersion: t.relation('currentVersion', {
      type: WatcherVersion,
      description: 'What it asks now.',
    }),
    versions: t.list({
      type: WatcherVersion,
      description: 'What it asked, the newest version first.',
      where: ({ id }) => ({ watcherId: id }),
      orderBy: newestFirst(),
    }),
    windows: t.list({
      type: WatcherWindow,
      description: 'What it found, the latest span first. Kept for ever.',
      where: ({ id }) => ({ watcherId: id }),
      orderBy: { by: [byTime('startsAt')] },
    }),
  }),
});

liveNoun('Watcher', {
  changes: {
    WATCHER_CREATED: 'A watcher was created.',
    WATCHER_UPDATED: 'A public field of a watcher changed, or it has a new version.',
    WATCHER_ARCHIVED: 'A watcher was archived.',
  },
});
