import { WorkspaceOccupiedError, WorkspaceRemovedError } from '../../errors.ts';
import { Agent } from '../../schema/agent/agent.ts';
import { AgentStatus } from '../../schema/agent/enum.ts';
import { builder } from '../../schema/index.ts';
import { newestFirst } from '../../schema/kit/list/order.ts';
import { hireAgent, hireAgentInput } from '../../services/agent/hireAgent.ts';
import { mutation } from '../kit/mutation.ts';

builder.prismaObjectFields('Organization', (t) => ({
  agents: t.list({
    type: Agent,
    description: 'Its agents, newest first, offboarded ones among them.',
    args: { status: t.arg({ type: AgentStatus, description: 'Only those in this status.' }) },
    where: ({ id }, { status }) => ({ organizationId: id, status: status ?? undefined }),
    orderBy: newestFirst('hiredAt'),
  }),
}));

mutation('hireAgent', {
  description:
    'Hires an agent, for a vacant workspace or for none. Without a runtime, and in an external workspace, it is RUNNING at once; with a runtime it is PENDING until a job has started its container. Any member may.',
  input: (t) => ({
    organizationId: t.idOf('Organization', {
      required: true,
      description: 'The organization it is to work for.',
    }),
    name: t.string({ required: true, description: 'What people are to call it, 1 to 100 characters.' }),
    role: t.string({ required: true, description: 'What it is hired for, 1 to 100 characters.' }),
    config: t.field({
      type: 'JSON',
      description:
        'What the runtime is to start it with: a JSON object of at most 64 KB. Given to the runtime, and never shown again.',
    }),
    workspaceId: t.idOf('Workspace', { description: 'The vacant workspace that it is to work in.' }),
  }),
  schema: hireAgentInput,
  errors: [WorkspaceRemovedError, WorkspaceOccupiedError],
  act: hireAgent,
  payload: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'The new agent.' }),
  }),
});
