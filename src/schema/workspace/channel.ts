import { builder } from '../kit/builder.ts';
import { WorkspaceItemSource } from './enum.ts';

export const WorkspaceChannel = builder.prismaNode('WorkspaceChannel', {
  id: { field: 'id' },
  description:
    'Where people reach a workspace outside Muster. Stored for the runtime; Muster sends nothing there.',
  fields: (t) => ({
    type: t.exposeString('type', {
      description: 'What it is, such as `telegram`; unique in its workspace.',
    }),
    workspace: t.relation('workspace', { description: 'Whose it is.' }),
    config: t.expose('config', {
      type: 'JSON',
      description: 'Its settings as the org file gives them. Variables in them are not filled in.',
    }),
    allowedUsers: t.exposeStringList('allowedUsers', {
      description: 'Who may write to it, by the ids that the channel uses. Empty: everyone.',
    }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it is used.' }),
    source: t.expose('source', { type: WorkspaceItemSource, description: 'What made it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});
