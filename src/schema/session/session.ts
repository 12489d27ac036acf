import { isOwnSession } from '../../auth/own.ts';
import { type Action, can } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import {
  claimRefusal,
  hasWorkspace,
  LIVE_ORCHESTRATOR,
  restoreRefusal,
  sessionName,
} from '../../services/session/sessionRule.ts';
import { storedActor } from '../feed/actor.ts';
import { builder } from '../kit/builder.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { columnOf, long } from '../kit/long.ts';
import { orNull } from '../kit/orNull.ts';
import { ActivityState, SessionDisplayStatus, SessionKind, SessionLane } from './enum.ts';

const MergePolicy = builder.objectRef<{ terminateOnPrMerge: boolean }>('MergePolicy').implement({
  sharedBy: 'MEMBERS',
  description: 'The effect of a merge on a session.',
  fields: (t) => ({
    terminateOnPrMerge: t.exposeBoolean('terminateOnPrMerge', {
      description:
        'Whether the session is terminated when one of its pull requests is merged or closed, provided that none is open then and at least one was merged. A takeover of its pull requests does not terminate it.',
    }),
  }),
});

type Subject = { organizationId: string; agentId: string | null };

const may = (viewer: Viewer, action: Action, session: Subject) =>
  can(viewer, action, session.organizationId, isOwnSession(viewer, session));

const SUBJECT = { organizationId: true, agentId: true, isTerminated: true } as const;

export const Session = builder.prismaNode('Session', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description:
    'One run of an agent, or of a person, on a project. It claims pull requests and holds them until it releases them, or another session claims them.',
  fields: (t) => ({
    num: t.exposeInt('num', {
      description: 'The number of the session within its project, counting from 1.',
    }),
    name: t.string({
      description: 'The short name of the session, `<project slug>-<num>`, unique in the organization.',
      select: { num: true, project: { select: { slug: true } } },
      resolve: sessionName,
    }),
    displayName: t.exposeString('displayName', {
      nullable: true,
      description: 'The name that people gave the session; null when it has none.',
    }),
    kind: t.expose('kind', {
      type: SessionKind,
      description: 'Whether the session works itself or directs other sessions.',
    }),
    project: t.relation('project', { description: 'The project that the session works on.' }),
    agent: t.relation('agent', {
      nullable: true,
      description: 'The agent that runs the session; null when a person runs it.',
    }),
    organization: t.relation('organization', {
      description: 'The organization that the session belongs to.',
    }),
    activityState: t.expose('activityState', {
      type: ActivityState,
      description:
        "The activity that the session's process last reported. IDLE after a spawn or a restore, EXITED after a termination.",
    }),
    activityLastAt: t.expose('activityLastAt', {
      type: 'DateTime',
      description:
        "When the session's activity was last reported, or when the session was spawned, restored or terminated.",
    }),
    firstSignalAt: t.expose('firstSignalAt', {
      type: 'DateTime',
      nullable: true,
      description:
        "When the session's process first reported since the last spawn or restore; null before that.",
    }),
    lastHeardAt: t.expose('lastHeardAt', {
      type: 'DateTime',
      nullable: true,
      description:
        "When the session's process last reported since the last spawn or restore, also without any news; null before the first report.",
    }),
    noSignalAt: t.expose('noSignalAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When a background job found that the session is silent; null when it is not, and again after the next report.',
    }),
    severeSilenceAt: t.expose('severeSilenceAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When a background job found that the session had been silent for `Project.severelySilentAfterMinutes`; null when it has not, and again after the next report.',
    }),
    launchId: t.exposeID('launchId', {
      description:
        "The id of the current launch of the session's process. Every restore assigns a new one, and reports from earlier launches are ignored. Not a global id.",
    }),
    isTerminated: t.exposeBoolean('isTerminated', {
      description:
        'Whether the session is terminated. A terminated session cannot claim, and its pull requests can be claimed without a takeover.',
    }),
    terminatedAt: t.expose('terminatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the session was terminated; null while it is not.',
    }),
    terminatedBy: t.field({
      ...storedActor('terminatedBy'),
      nullable: true,
      description:
        'The person, agent or program that terminated the session; null while it is not terminated. When a merge terminates the session, that is whatever recorded the merge.',
    }),
    displayStatus: t.field({
      type: SessionDisplayStatus,
      description:
        'The status of the session that people see, derived from its activity and its pull requests.',
      select: { standing: { select: { displayStatus: true } } },
      resolve: ({ standing }) => kept(standing).displayStatus,
    }),
    statusSince: t.field({
      type: 'DateTime',
      description:
        'When the session got its status: the start of the transaction that changed `displayStatus`. When the session was spawned while `displayStatus` has not changed.',
      select: { standing: { select: { statusSince: true } } },
      resolve: ({ standing }) => kept(standing).statusSince,
    }),
    scmStatus: t.field({
      type: SessionDisplayStatus,
      nullable: true,
      description:
        "The status derived from the session's pull requests alone, without its activity; null when it has none, or all of them were closed without a merge.",
      select: { standing: { select: { scmStatus: true } } },
      resolve: ({ standing }) => kept(standing).scmStatus,
    }),
    lane: t.field({
      type: SessionLane,
      description: 'The column of a board that the session belongs to.',
      select: { standing: { select: { lane: true } } },
      resolve: ({ standing }) => kept(standing).lane,
    }),
    laneSince: t.field({
      type: 'DateTime',
      description:
        'When the session entered its lane: the start of the transaction that changed `lane`. When the session was spawned while `lane` has not changed.',
      select: { standing: { select: { laneSince: true } } },
      resolve: ({ standing }) => kept(standing).laneSince,
    }),
    statusChangesAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'The time after which `displayStatus` changes without any other event: a session that is IDLE or WORKING becomes NO_SIGNAL. Null when the status does not change by time alone.',
      select: { status: { select: { statusChangesAt: true } } },
      resolve: ({ status }) => kept(status).statusChangesAt,
    }),
    mergePolicy: t.field({
      type: MergePolicy,
      description: 'The effect of a merge on the session.',
      select: { terminateOnPrMerge: true },
      resolve: ({ terminateOnPrMerge }) => ({ terminateOnPrMerge }),
    }),
    branch: t.string({
      ...orNull('branch'),
      description: 'The branch that the session works on; null when it is unknown.',
    }),
    hasWorkspace: t.boolean({
      description:
        'Whether the session has a path or an execution workspace to work in. Without one, the session cannot claim pull requests.',
      select: { workspacePath: true, executionWorkspaceId: true },
      resolve: hasWorkspace,
    }),
    executionWorkspace: t.relation('executionWorkspace', {
      nullable: true,
      description:
        'The execution workspace that the session works in; null when it works in none. A session stays in one that is closed.',
    }),
    pullRequests: t.relatedConnection('pullRequests', {
      ...relatedList(),
      description: 'The pull requests that the session holds, newest first.',
    }),
    prompt: t.string({
      ...long('Session', 'prompt', 100),
      nullable: true,
      description:
        'The task that the session was given at its spawn, or when a schedule last resumed it; null when there is none. Events do not carry it.',
      resolve: async (session, _args, context) =>
        (await columnOf('Session', 'prompt', session, context)) || null,
    }),
    spawnedBy: t.field({
      ...storedActor('spawnedBy'),
      description: 'The person, agent or program that spawned the session.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the session was spawned.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the session last changed.' }),
    viewerCanTerminate: t.boolean({
      sharedBy: 'ROLE',
      description: 'Whether the viewer may terminate the session, and the session is not terminated yet.',
      select: SUBJECT,
      resolve: (session, _args, { viewer }) =>
        !session.isTerminated && may(viewer, 'session.terminate', session),
    }),
    viewerCanRestore: t.boolean({
      sharedBy: 'ROLE',
      description:
        'Whether the viewer may restore the session, and the session can be restored: it is terminated, its project is not archived, and its agent, if it has one, is RUNNING. An orchestrator also needs a project without a live one.',
      select: {
        ...SUBJECT,
        kind: true,
        agent: { select: { status: true } },
        project: {
          select: {
            slug: true,
            archivedAt: true,
            sessions: { where: LIVE_ORCHESTRATOR, select: { id: true, num: true }, take: 1 },
          },
        },
      },
      resolve: ({ agent, project, ...session }, _args, { viewer }) => {
        const orchestrator = project.sessions[0] ?? null;
        return (
          restoreRefusal({ session, project, agent, orchestrator }) === undefined &&
          may(viewer, 'session.restore', session)
        );
      },
    }),
    viewerCanRename: t.boolean({
      sharedBy: 'ROLE',
      description: 'Whether the viewer may rename the session.',
      select: SUBJECT,
      resolve: (session, _args, { viewer }) => may(viewer, 'session.rename', session),
    }),
    viewerCanClaimPR: t.boolean({
      sharedBy: 'ROLE',
      description:
        'Whether the viewer may claim pull requests for the session, and the session can hold them: it is a WORKER, is not terminated and has a workspace that is not an isolated and closed one, and its project is neither archived nor a scratch project.',
      select: {
        ...SUBJECT,
        kind: true,
        workspacePath: true,
        executionWorkspace: { select: { id: true, name: true, mode: true, closedAt: true } },
        project: { select: { slug: true, kind: true, archivedAt: true } },
      },
      resolve: (session, _args, { viewer }) =>
        claimRefusal(session) === undefined && may(viewer, 'pullRequest.claim', session),
    }),
  }),
});

/** Every session has a standing and a row of the view, but Prisma types both relations as nullable. */
function kept<Standing>(standing: Standing | null): Standing {
  if (standing === null) throw new Error('A session has no standing.');
  return standing;
}
