import { builder } from '../kit/builder.ts';
import { long } from '../kit/long.ts';
import { WorkspaceItemSource } from './enum.ts';

export const WorkspaceChannel = builder.prismaNode('WorkspaceChannel', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description:
    "A channel on which people reach a workspace's agent outside Muster, such as a chat. Muster stores channels for the runtime and sends nothing to them.",
  fields: (t) => ({
    type: t.exposeString('type', {
      description:
        'The kind of channel, such as `telegram`. A workspace has at most one channel of each type.',
    }),
    workspace: t.relation('workspace', { description: 'The workspace that the channel belongs to.' }),
    config: t.field({
      ...long('WorkspaceChannel', 'config', 64),
      type: 'JSON',
      description:
        'The settings of the channel, as the org file gives them. Variables in them are not replaced.',
    }),
    allowedUsers: t.exposeStringList('allowedUsers', {
      description:
        "The channel's own ids of the users who may write to it. When the list is empty, every user may.",
    }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether the channel is in use.' }),
    source: t.expose('source', {
      type: WorkspaceItemSource,
      description: 'Whether an import or a person created the channel.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the channel was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the channel last changed.' }),
  }),
});
