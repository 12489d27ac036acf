import { hasEnded, isOffboarded, isRunning } from '../../services/agent/agentRule.ts';
import { entityField } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { newestFirst } from '../kit/list/order.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { AgentAction } from './agentAction.ts';
import { AgentMemory } from './agentMemory.ts';
import { AGENT_SUBJECT, mayWithAgent } from './agentRights.ts';
import { AgentStatus } from './enum.ts';
import { ReviewedPullRequest } from './reviewedPullRequest.ts';

export const Agent = builder.prismaNode('Agent', {
  id: { field: 'id' },
  description:
    'A hired worker. It watches repositories, runs sessions, remembers, and reviews. Once it is offboarded it holds nothing any more, and what it learned stays.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What people call it.' }),
    role: t.exposeString('role', { description: 'What it was hired for.' }),
    status: t.expose('status', { type: AgentStatus, description: 'Whether it works.' }),
    failure: t.exposeString('failure', {
      nullable: true,
      description: 'Why its status is ERROR, or was before it was offboarded; null when it never was.',
    }),
    organization: t.relation('organization', { description: 'Whose it is.' }),
    workspace: t.relation('workspace', {
      nullable: true,
      description:
        'The workspace that it works in, or worked in until it was offboarded; null when it was hired for none.',
    }),
    hiredBy: t.relation('hiredBy', {
      description: 'Who hired it. Of all agents that one person hired, one at most watches a repository.',
    }),
    hiredAt: t.expose('hiredAt', { type: 'DateTime', description: 'When it was hired.' }),
    offboardedAt: t.expose('offboardedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was offboarded; null while it is not.',
    }),
    offboardReason: t.exposeString('offboardReason', {
      nullable: true,
      description: 'Why it was offboarded, if somebody said.',
    }),
    tokens: t.relatedConnection('tokens', {
      ...relatedList(),
      description: 'Its API tokens, newest first, revoked ones among them.',
    }),
    watchedRepos: t.relatedConnection('watchedRepos', {
      ...relatedList(),
      description: 'The repositories it watches, newest first.',
    }),
    sessions: t.relatedConnection('sessions', {
      ...relatedList(),
      description: 'Its sessions, newest first, ended ones among them.',
    }),
    // The lists that grow for as long as an agent works are each read by a query of their own.
    memory: t.list({
      type: AgentMemory,
      description: 'What it remembers, last written first. Stays when it is offboarded.',
      where: ({ id }) => ({ agentId: id }),
      orderBy: newestFirst('updatedAt'),
    }),
    actions: t.list({
      type: AgentAction,
      description:
        'What it tried, newest first: what it logged itself, and every act that it was refused here. Kept for ever.',
      where: ({ id }) => ({ agentId: id }),
    }),
    reviewedPullRequests: t.list({
      type: ReviewedPullRequest,
      description: 'The pull requests it reviewed, newest first. Stay when it is offboarded.',
      where: ({ id }) => ({ agentId: id }),
      orderBy: newestFirst('reviewedAt'),
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    viewerCanOffboard: t.boolean({
      description: 'Whether the viewer may offboard it, and it is not offboarded yet.',
      select: AGENT_SUBJECT,
      resolve: (agent, _args, { viewer }) =>
        !isOffboarded(agent) && mayWithAgent(viewer, 'agent.offboard', agent),
    }),
    viewerCanWatchRepo: t.boolean({
      description: 'Whether the viewer may have it watch repositories, and it is RUNNING.',
      select: AGENT_SUBJECT,
      resolve: (agent, _args, { viewer }) =>
        isRunning(agent) && mayWithAgent(viewer, 'agent.watchRepo', agent),
    }),
    viewerCanCreateToken: t.boolean({
      description: 'Whether the viewer may make a token for it, and it has not ended.',
      select: AGENT_SUBJECT,
      resolve: (agent, _args, { viewer }) => !hasEnded(agent) && mayWithAgent(viewer, 'token.create', agent),
    }),
  }),
});

liveNoun('Agent', {
  changes: {
    AGENT_CREATED: 'An agent was hired.',
    AGENT_UPDATED: 'A public field of an agent changed.',
    AGENT_OFFBOARDED: 'An agent was offboarded. What it held was heard of before.',
  },
  events: {
    agentChanged: {
      description: 'Agents as they are hired, change and are offboarded.',
      event: 'An agent was hired, changed or was offboarded.',
      filters: ['Agent'],
      fields: (t) => ({
        agent: entityField(t, {
          type: Agent,
          description: 'The agent, read at delivery: at least as new as the event.',
        }),
      }),
    },
  },
});
