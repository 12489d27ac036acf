import { QuotaExceededError, WorkspaceOccupiedError, WorkspaceRemovedError } from '../../errors/errors.ts';
import { Agent } from '../../schema/agent/agent.ts';
import { AgentOrder, orderOfAgents } from '../../schema/agent/agentOrder.ts';
import { AgentStatus } from '../../schema/agent/enum.ts';
import { builder } from '../../schema/index.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { hireAgent, hireAgentInput } from '../../services/agent/hireAgent.ts';
import { mutation } from '../kit/mutation.ts';

builder.prismaObjectFields('Organization', (t) => ({
  agents: t.relatedConnection('agents', {
    ...relatedList(orderOfAgents),
    description: 'The agents of the organization, including offboarded ones. Newest first by default.',
    args: {
      statuses: t.arg({ type: [AgentStatus], description: 'Only agents in one of these statuses.' }),
      role: t.arg.string({ description: 'Only agents that were hired for exactly this role.' }),
      hiredById: t.arg.idOf('User', { description: 'Only agents that this person hired.' }),
      orderBy: t.arg({
        type: AgentOrder,
        required: true,
        defaultValue: 'HIRED_AT',
        description: 'The order of the list.',
      }),
    },
    query: ({ statuses, role, hiredById }) => ({
      where: {
        status: statuses ? { in: statuses } : undefined,
        role: role ?? undefined,
        hiredById: hiredById ?? undefined,
      },
    }),
  }),
}));

mutation('hireAgent', {
  description:
    'Hires an agent, with or without a vacant workspace to work in. With a container runtime, the agent is PENDING until a background job has started its container. Without a runtime, or in an external workspace, it is RUNNING at once. Refused with QUOTA_EXCEEDED when the organization has too many agents. Allowed for OWNER, ADMIN and MEMBER.',
  input: (t) => ({
    organizationId: t.idOf('Organization', {
      required: true,
      description: 'The organization that hires the agent.',
    }),
    name: t.string({ required: true, description: 'The name of the agent, 1 to 100 characters.' }),
    role: t.string({
      required: true,
      description: 'The role that the agent is hired for, 1 to 100 characters.',
    }),
    description: t.string({
      description:
        'What the agent is for, 1 to 4,000 characters. It may have several lines. Spaces at its ends are removed.',
    }),
    config: t.field({
      type: 'JSON',
      description:
        "The configuration that the runtime starts the agent's container with: a JSON object of at most 64 KB. Only the runtime receives it; no query returns it.",
    }),
    workspaceId: t.idOf('Workspace', {
      description:
        'The vacant workspace that the agent is to work in. Without one, the agent belongs to no workspace.',
    }),
  }),
  schema: hireAgentInput,
  errors: [WorkspaceRemovedError, WorkspaceOccupiedError, QuotaExceededError],
  act: hireAgent,
  payload: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'The agent that was hired.' }),
  }),
});
