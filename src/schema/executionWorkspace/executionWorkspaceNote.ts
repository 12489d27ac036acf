import { storedActor } from '../feed/actor.ts';
import { builder } from '../kit/builder.ts';
import { long } from '../kit/long.ts';

export const ExecutionWorkspaceNote = builder.prismaNode('ExecutionWorkspaceNote', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'A note on an execution workspace. Notes are never changed or deleted.',
  fields: (t) => ({
    executionWorkspace: t.relation('executionWorkspace', {
      description: 'The execution workspace that the note is on.',
    }),
    author: t.field({
      ...storedActor('author'),
      description: 'The person or the agent that wrote the note.',
    }),
    body: t.string({
      ...long('ExecutionWorkspaceNote', 'body', 10),
      description: 'The text of the note, 1 to 10,000 characters in one line or several.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the note was written.' }),
  }),
});
