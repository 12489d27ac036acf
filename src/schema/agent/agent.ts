import { isOwnAgent } from '../../auth/own.ts';
import { type Action, can } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { hasEnded, isOffboarded, isRunning } from '../../services/agent/agentRule.ts';
import { builder } from '../kit/builder.ts';
import { AgentActionOutcome, AgentStatus } from '../kit/enum.ts';
import { newestFirst } from '../kit/list/order.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { RepoRef } from '../project/repoRef.ts';

type Subject = { id: string; organizationId: string; hiredById: string };

const may = (viewer: Viewer, action: Action, agent: Subject) =>
  can(viewer, action, agent.organizationId, isOwnAgent(viewer, agent));

const SUBJECT = { id: true, organizationId: true, hiredById: true, status: true } as const;

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
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    viewerCanOffboard: t.boolean({
      description: 'Whether the viewer may offboard it, and it is not offboarded yet.',
      select: SUBJECT,
      resolve: (agent, _args, { viewer }) => !isOffboarded(agent) && may(viewer, 'agent.offboard', agent),
    }),
    viewerCanWatchRepo: t.boolean({
      description: 'Whether the viewer may have it watch repositories, and it is RUNNING.',
      select: SUBJECT,
      resolve: (agent, _args, { viewer }) => isRunning(agent) && may(viewer, 'agent.watchRepo', agent),
    }),
    viewerCanCreateToken: t.boolean({
      description: 'Whether the viewer may make a token for it, and it has not ended.',
      select: SUBJECT,
      resolve: (agent, _args, { viewer }) => !hasEnded(agent) && may(viewer, 'token.create', agent),
    }),
  }),
});

const REPO = { repoOwner: true, repoName: true } as const;
const repoOf = ({ repoOwner, repoName }: { repoOwner: string; repoName: string }) => ({
  owner: repoOwner,
  name: repoName,
});

export const WatchedRepo = builder.prismaNode('WatchedRepo', {
  id: { field: 'id' },
  description: 'A repository that an agent watches. Gone when it is released.',
  fields: (t) => ({
    repo: t.field({
      type: RepoRef,
      description: 'The repository, as it was written when it was first watched.',
      select: REPO,
      resolve: repoOf,
    }),
    agent: t.relation('agent', { description: 'Who watches it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when.' }),
    viewerCanUnwatch: t.boolean({
      description: 'Whether the viewer may release it.',
      select: { agent: { select: SUBJECT } },
      resolve: ({ agent }, _args, { viewer }) => may(viewer, 'agent.unwatchRepo', agent),
    }),
  }),
});

export const AgentMemory = builder.prismaNode('AgentMemory', {
  id: { field: 'id' },
  description: 'Something that an agent remembers.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Under which name; unique for the agent.' }),
    value: t.exposeString('value', { description: 'What.' }),
    agent: t.relation('agent', { description: 'Who remembers it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when there is something.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Since when it is this.' }),
  }),
});

export const AgentAction = builder.prismaNode('AgentAction', {
  id: { field: 'id' },
  description: 'An entry of the log of what an agent tried. Never changed, kept for ever.',
  fields: (t) => ({
    action: t.exposeString('action', {
      description: 'What it tried. Of an act refused here, the name of the mutation.',
    }),
    outcome: t.expose('outcome', { type: AgentActionOutcome, description: 'Whether it could.' }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      description:
        'What else there is to say. Of an act refused here `code` and `message` of the error, and the `requestId`.',
    }),
    agent: t.relation('agent', { description: 'Who tried.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When.' }),
  }),
});

export const ReviewedPullRequest = builder.prismaNode('ReviewedPullRequest', {
  id: { field: 'id' },
  description: 'A pull request that an agent reviewed, for the person who hired it.',
  fields: (t) => ({
    repo: t.field({
      type: RepoRef,
      description: 'The repository it is in, as it was written.',
      select: REPO,
      resolve: repoOf,
    }),
    number: t.exposeInt('number', { description: 'Its number there.' }),
    agent: t.relation('agent', { description: 'Who reviewed it.' }),
    reviewedAt: t.expose('reviewedAt', { type: 'DateTime', description: 'When that was recorded.' }),
  }),
});

/*
 * What grows for as long as an agent works is read page by page, each list by a query of its own: Prisma reads related
 * rows whole, and cuts the page in memory.
 */
builder.prismaObjectFields(Agent, (t) => ({
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
}));
