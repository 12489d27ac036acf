import { builder } from '../kit/builder.ts';
import { long } from '../kit/long.ts';

export const WatcherWindow = builder.prismaNode('WatcherWindow', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'The answer of a watcher for a span of time. A window never changes.',
  fields: (t) => ({
    watcher: t.relation('watcher', { description: 'The watcher that the window belongs to.' }),
    version: t.relation('version', {
      description:
        'The version that the watcher ran with. A later version of the watcher does not change it.',
    }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When the span starts.' }),
    endsAt: t.expose('endsAt', {
      type: 'DateTime',
      description: 'When the span ends. This moment is not part of the span.',
    }),
    extractedData: t.field({
      ...long('WatcherWindow', 'extractedData', 64),
      type: 'JSON',
      description: 'The answer of the watcher, a JSON object.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the window was recorded.' }),
  }),
});
