import { builder } from '../kit/builder.ts';

export const WatcherWindow = builder.prismaNode('WatcherWindow', {
  id: { field: 'id' },
  description: 'What a watcher found in a span of time. Never changed.',
  fields: (t) => ({
    watcher: t.relation('watcher', { description: 'The watcher that found it.' }),
    version: t.relation('version', {
      description: 'The version that the watcher ran with, whatever its current version is.',
    }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'The first moment of the span.' }),
    endsAt: t.expose('endsAt', {
      type: 'DateTime',
      description: 'The end of the span, which is no part of it.',
    }),
    extractedData: t.expose('extractedData', { type: 'JSON', description: 'The answer, a JSON object.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was recorded.' }),
  }),
});
