import type { AgentStatus as Status } from '../../../prisma/client/enums.ts';
import { id } from '../../globalId.ts';
import { Agent } from '../../schema/agent/agent.ts';
import { AgentChanged } from '../../schema/feed/event.ts';
import { builder } from '../../schema/index.ts';
import { byTime, page } from '../../schema/kit/connection.ts';
import { AgentStatus } from '../../schema/kit/enum.ts';
import { COMMON_ERRORS } from '../../schema/kit/error.ts';
import { mutationInput, payload } from '../../schema/kit/mutation.ts';
import { RepoRef } from '../../schema/project/repoRef.ts';
import { Session } from '../../schema/session/session.ts';
import { type Hired, hireAgent, hireAgentInput } from '../../services/agent/hireAgent.ts';
import { type Offboarded, offboardAgent, offboardAgentInput } from '../../services/agent/offboardAgent.ts';
import { acting } from '../kit/act.ts';
import { filterArgs, listeningArgs } from '../kit/listeningArgs.ts';
import { filterId, heard, listen } from '../kit/subscribe.ts';
import { agentField } from './agentField.ts';

const inStatus = (organizationId: string, status?: Status | null) => ({
  organizationId,
  status: status ?? undefined,
});

builder.prismaObjectFields('Organization', (t) => ({
  agents: t.prismaConnection({
    type: Agent,
    cursor: 'id',
    extensions: { orderedBy: 'hiredAt' },
    description: 'Its agents, newest first, offboarded ones among them.',
    args: { status: t.arg({ type: AgentStatus, description: 'Only those in this status.' }) },
    totalCount: (organization, { status }, { db }) =>
      db.prisma.agent.count({ where: inStatus(organization.id, status) }),
    resolve: (query, organization, { status }, { db }) =>
      db.prisma.agent.findMany(
        page({ ...query, where: inStatus(organization.id, status) }, { by: [byTime('hiredAt')] }),
      ),
  }),
}));

const HireAgentInput = mutationInput('HireAgentInput', 'What `hireAgent` takes.', (t) => ({
  organizationId: t.id({ required: true, description: 'The organization it is to work for.' }),
  name: t.string({ required: true, description: 'What people are to call it, 1 to 100 characters.' }),
  role: t.string({ required: true, description: 'What it is hired for, 1 to 100 characters.' }),
  config: t.field({
    type: 'JSON',
    description:
      'What the runtime is to start it with: a JSON object of at most 64 KB. Given to the runtime, and never shown again.',
  }),
}));

const HireAgentPayload = payload<Hired>('HireAgentPayload', 'What `hireAgent` answers.', (t) => ({
  agent: agentField(t, 'The new agent.'),
}));

builder.mutationField('hireAgent', (t) =>
  t.field({
    type: HireAgentPayload,
    description:
      'Hires an agent. Without a runtime it is RUNNING at once; with one it is PENDING until its container runs, which a job sees to. Any member may.',
    args: { input: t.arg({ type: HireAgentInput, required: true, description: 'See its fields.' }) },
    errors: { types: COMMON_ERRORS, union: { description: 'What `hireAgent` comes to.' } },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'hireAgent',
        input,
        (act) => hireAgent(act, { ...input, organizationId: id('Organization', input.organizationId) }),
        hireAgentInput,
      ),
  }),
);

const OffboardAgentInput = mutationInput('OffboardAgentInput', 'What `offboardAgent` takes.', (t) => ({
  agentId: t.id({ required: true, description: 'The agent that is to stop working.' }),
  reason: t.string({ description: 'Why, 1 to 1,000 characters.' }),
}));

const OffboardAgentPayload = payload<Offboarded>(
  'OffboardAgentPayload',
  'What `offboardAgent` answers.',
  (t) => ({
    agent: agentField(t, 'The offboarded agent.'),
    releasedRepos: t.field({
      type: [RepoRef],
      description: 'The repositories it watched, free now for others to watch. Empty the second time.',
      resolve: ({ releasedRepos }) => releasedRepos,
    }),
    terminatedSessions: t.prismaField({
      type: [Session],
      description:
        'Its sessions that were live, ended now. Their pull requests can be claimed without a takeover. Empty the second time.',
      resolve: (query, { terminatedSessionIds }, _args, { db }) =>
        db.prisma.session.findMany({
          ...query,
          where: { id: { in: terminatedSessionIds } },
          orderBy: { id: 'asc' },
        }),
    }),
    revokedTokens: t.int({
      description:
        'How many of its tokens were good until now. Their open subscriptions close within a second.',
      resolve: ({ revokedTokens }) => revokedTokens,
    }),
    alreadyOffboarded: t.boolean({
      description: 'Whether it had been offboarded before; then nothing was done.',
      resolve: ({ alreadyOffboarded }) => alreadyOffboarded,
    }),
  }),
);

builder.mutationField('offboardAgent', (t) =>
  t.field({
    type: OffboardAgentPayload,
    description: `Has an agent stop working, at once and for good: its status is STOPPED, its tokens are revoked, the repositories it watched are released, its live sessions are terminated. What it remembers, its log and its reviews stay. Heard as REPO_RELEASED for each repository, SESSION_UPDATED for each session, TOKEN_ARCHIVED for each token, and one AGENT_OFFBOARDED.

A container is taken down later, by a job: this waits for none. Twice is a no-op. For OWNER and ADMIN, and for MEMBERs the agents they hired.`,
    args: { input: t.arg({ type: OffboardAgentInput, required: true, description: 'See its fields.' }) },
    errors: { types: COMMON_ERRORS, union: { description: 'What `offboardAgent` comes to.' } },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'offboardAgent',
        input,
        (act) => offboardAgent(act, { ...input, agentId: id('Agent', input.agentId) }),
        offboardAgentInput,
      ),
  }),
);

builder.subscriptionField('agentChanged', (t) =>
  t.field({
    type: AgentChanged,
    description: 'Agents as they are hired, change and are offboarded.',
    args: { ...listeningArgs(t), agentId: filterArgs.agentId(t) },
    subscribe: (_root, { organizationId, after, agentId }, context) =>
      listen(context, {
        organizationId,
        after,
        types: ['AGENT_CREATED', 'AGENT_UPDATED', 'AGENT_OFFBOARDED'],
        about: [filterId('Agent', agentId)],
      }),
    resolve: heard,
  }),
);
