import { builder } from '../kit/builder.ts';

export const WatcherVersion = builder.prismaNode('WatcherVersion', {
  id: { field: 'id' },
  description: 'What a watcher asked from some moment on. Never changed.',
  fields: (t) => ({
    watcher: t.relation('watcher', { description: 'The watcher that it is a version of.' }),
    version: t.exposeInt('version', { description: 'Its number. Counts from 1 for each watcher.' }),
    prompt: t.exposeString('prompt', { description: 'The question.' }),
    extractionSchema: t.expose('extractionSchema', {
      type: 'JSON',
      description: 'The JSON Schema (draft 2020-12) of an answer.',
    }),
    reactionScript: t.exposeString('reactionScript', {
      nullable: true,
      description: 'What the agent is to run on an answer. The server stores it and never runs it.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});
