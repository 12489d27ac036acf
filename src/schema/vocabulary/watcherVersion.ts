import { builder } from '../kit/builder.ts';
import { long } from '../kit/long.ts';

export const WatcherVersion = builder.prismaNode('WatcherVersion', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'One version of the prompt, schema and script of a watcher. A version never changes.',
  fields: (t) => ({
    watcher: t.relation('watcher', { description: 'The watcher that the version belongs to.' }),
    version: t.exposeInt('version', {
      description: 'The number of the version within its watcher, counting from 1 without gaps.',
    }),
    prompt: t.string({
      ...long('WatcherVersion', 'prompt', 64),
      description: 'The question that the watcher asks.',
    }),
    extractionSchema: t.field({
      ...long('WatcherVersion', 'extractionSchema', 64),
      type: 'JSON',
      description: 'The JSON Schema (draft 2020-12) of the answer.',
    }),
    reactionScript: t.string({
      ...long('WatcherVersion', 'reactionScript', 64),
      nullable: true,
      description:
        'The script that the agent runs on an answer; null when there is none. The server stores the script and never runs it.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the version was created.' }),
  }),
});
