import { Agent } from '../agent/agent.ts';
import { builder } from '../kit/builder.ts';
import { InstallationStatus } from './enum.ts';

export const Installation = builder.prismaNode('Installation', {
  id: { field: 'id' },
  description:
    'A template that an organization has installed: an agent and vocabulary that follow its releases. What it manages cannot be edited here.',
  fields: (t) => ({
    organization: t.relation('organization', { description: 'The organization that installed it.' }),
    agent: t.relation('agent', { type: Agent, description: 'The installed agent.' }),
    status: t.expose('status', { type: InstallationStatus, description: 'Whether it is in force.' }),
    installedAt: t.expose('installedAt', { type: 'DateTime', description: 'When it was installed.' }),
    uninstalledAt: t.expose('uninstalledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was uninstalled; null while it is in force.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});
