import { hasEnded, isOffboarded, isRunning } from '../../services/agent/agentRule.ts';
import { entityField } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { newestFirst } from '../kit/list/order.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { long } from '../kit/long.ts';
import { AGENT_SUBJECT, mayWithAgent } from './agentRights.ts';
import { AgentStatus } from './enum.ts';

export const Agent = builder.prismaNode('Agent', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description:
    'A hired worker. It watches repositories, runs sessions, stores memory, and reviews pull requests. Offboarding releases everything it holds; its memory, action log and reviews stay.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the agent.' }),
    role: t.exposeString('role', { description: 'The role that the agent was hired for.' }),
    description: t.string({
      ...long('Agent', 'description', 4),
      nullable: true,
      description:
        'What the agent is for, in 1 to 4,000 characters and as many lines as it needs; null when it was hired without one. A template releases it, and an installation sets it.',
    }),
    status: t.expose('status', {
      type: AgentStatus,
      description: 'Whether the agent is starting, running, stopped or failed.',
    }),
    failure: t.exposeString('failure', {
      nullable: true,
      description:
        "Why the agent's status is ERROR, or was ERROR before it was offboarded; null when it never failed.",
    }),
    failedAt: t.expose('failedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the agent failed; null unless its status is ERROR.',
    }),
    organization: t.relation('organization', { description: 'The organization that the agent belongs to.' }),
    workspace: t.relation('workspace', {
      nullable: true,
      description:
        'The workspace that the agent works in, or worked in until it was offboarded; null when it was hired without one.',
    }),
    hiredBy: t.relation('hiredBy', {
      description:
        'The person who hired the agent. Of all agents that one person hired in an organization, only one can watch a given repository.',
    }),
    hiredAt: t.expose('hiredAt', { type: 'DateTime', description: 'When the agent was hired.' }),
    offboardedAt: t.expose('offboardedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the agent was offboarded; null while it is not offboarded.',
    }),
    offboardReason: t.exposeString('offboardReason', {
      nullable: true,
      description: 'The reason given for offboarding the agent; null when none was given.',
    }),
    tokens: t.relatedConnection('tokens', {
      ...relatedList(),
      description: "The agent's API tokens, newest first, including revoked ones.",
    }),
    watchedRepos: t.relatedConnection('watchedRepos', {
      ...relatedList(),
      description: 'The repositories that the agent watches, newest first.',
    }),
    sessions: t.relatedConnection('sessions', {
      ...relatedList(),
      description: "The agent's sessions, newest first, including terminated ones.",
    }),
    memory: t.relatedConnection('memory', {
      ...relatedList(newestFirst('updatedAt')),
      description:
        "The agent's memory, most recently written entry first. It is kept after the agent is offboarded.",
    }),
    actions: t.relatedConnection('actions', {
      ...relatedList(),
      description:
        "The agent's action log, newest first: the actions that the agent logged, and the mutations that were refused to it. Of many refusals in one minute only the first have entries; `furtherRefusals` counts the others. Entries are never deleted.",
    }),
    reviewedPullRequests: t.relatedConnection('reviewedPullRequests', {
      ...relatedList(newestFirst('reviewedAt')),
      description:
        'The pull requests that the agent reviewed, newest first. They are kept after the agent is offboarded.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the agent last changed.' }),
    viewerCanOffboard: t.boolean({
      sharedBy: 'VIEWER',
      description: 'Whether the viewer may offboard the agent, and the agent is not offboarded yet.',
      select: AGENT_SUBJECT,
      resolve: (agent, _args, { viewer }) =>
        !isOffboarded(agent) && mayWithAgent(viewer, 'agent.offboard', agent),
    }),
    viewerCanWatchRepo: t.boolean({
      sharedBy: 'VIEWER',
      description: 'Whether the viewer may make the agent watch repositories, and the agent is RUNNING.',
      select: AGENT_SUBJECT,
      resolve: (agent, _args, { viewer }) =>
        isRunning(agent) && mayWithAgent(viewer, 'agent.watchRepo', agent),
    }),
    viewerCanCreateToken: t.boolean({
      sharedBy: 'VIEWER',
      description:
        'Whether the viewer may create a token for the agent, and the agent is neither STOPPED nor in ERROR.',
      select: AGENT_SUBJECT,
      resolve: (agent, _args, { viewer }) => !hasEnded(agent) && mayWithAgent(viewer, 'token.create', agent),
    }),
  }),
});

liveNoun('Agent', {
  changes: {
    AGENT_CREATED: 'An agent was hired.',
    AGENT_UPDATED: 'A public field of an agent changed.',
    AGENT_OFFBOARDED:
      'An agent was offboarded. The changes of the repositories, sessions and tokens that it gave up come before this one.',
  },
  events: {
    agentChanged: {
      description: 'Agents that are hired, change, or are offboarded.',
      event: 'An agent was hired, changed, or was offboarded.',
      filters: ['Agent'],
      fields: (t) => ({
        agent: entityField(t, {
          type: Agent,
          description: 'The agent, read at delivery and at least as new as the event.',
        }),
      }),
    },
  },
});
