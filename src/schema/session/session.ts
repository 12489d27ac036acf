import { isOwnSession } from '../../auth/own.ts';
import { type Action, can } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { claimRefusal, restoreRefusal } from '../../services/session/sessionRule.ts';
import { builder } from '../kit/builder.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { ActivityState, SessionDisplayStatus, SessionKind, SessionLane } from './enum.ts';

const MergePolicy = builder.objectRef<{ terminateOnPrMerge: boolean }>('MergePolicy').implement({
  description: 'What a merge does to a session.',
  fields: (t) => ({
    terminateOnPrMerge: t.exposeBoolean('terminateOnPrMerge', {
      description:
        'Whether it ends as one of its pull requests is merged or closed, when then none is open and one was merged. A takeover ends nothing.',
    }),
  }),
});

type Subject = { organizationId: string; agentId: string | null };

const may = (viewer: Viewer, action: Action, session: Subject) =>
  can(viewer, action, session.organizationId, isOwnSession(viewer, session));

const SUBJECT = { organizationId: true, agentId: true, isTerminated: true } as const;

export const Session = builder.prismaNode('Session', {
  id: { field: 'id' },
  description: 'One run of an agent, or of a person, on a project. Holds pull requests.',
  fields: (t) => ({
    num: t.exposeInt('num', { description: 'Its number within its project, from 1.' }),
    name: t.string({
      description: 'Its short name, `<project slug>-<num>`; unique in its organization.',
      select: { num: true, project: { select: { slug: true } } },
      resolve: ({ num, project }) => `${project.slug}-${num}`,
    }),
    displayName: t.exposeString('displayName', {
      nullable: true,
      description: 'What people call it, if they do.',
    }),
    kind: t.expose('kind', { type: SessionKind, description: 'What it is for.' }),
    project: t.relation('project', { description: 'What it works on.' }),
    agent: t.relation('agent', {
      nullable: true,
      description: 'Whose run it is; null when it is a person’s.',
    }),
    organization: t.relation('organization', { description: 'Whose it is.' }),
    activityState: t.expose('activityState', { type: ActivityState, description: 'What it is doing.' }),
    activityLastAt: t.expose('activityLastAt', {
      type: 'DateTime',
      description: 'When it was last heard of what it is doing, or was spawned or restored.',
    }),
    firstSignalAt: t.expose('firstSignalAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its agent first signalled in this launch; null while it has not.',
    }),
    noSignalAt: t.expose('noSignalAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was found that no signal came; null when none was missed.',
    }),
    launchId: t.exposeID('launchId', {
      description:
        'Which launch of its process this is: another one with every restore. Signals of an earlier one are ignored. No global id.',
    }),
    isTerminated: t.exposeBoolean('isTerminated', {
      description:
        'Whether it has ended. This alone says whether it may claim, and whether a takeover is needed.',
    }),
    displayStatus: t.field({
      type: SessionDisplayStatus,
      description: 'What people see of it. Derived: see the values for the rules.',
      select: { status: { select: { displayStatus: true } } },
      resolve: ({ status }) => derived(status).displayStatus,
    }),
    scmStatus: t.field({
      type: SessionDisplayStatus,
      nullable: true,
      description: 'What its pull requests say together, whatever it is doing; null when they say nothing.',
      select: { status: { select: { scmStatus: true } } },
      resolve: ({ status }) => derived(status).scmStatus,
    }),
    lane: t.field({
      type: SessionLane,
      description: 'The column of a board it stands in.',
      select: { status: { select: { lane: true } } },
      resolve: ({ status }) => derived(status).lane,
    }),
    statusChangesAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'After when time alone will have changed `displayStatus`, unless something happens before: an IDLE session becomes NO_SIGNAL. Null when time alone changes nothing.',
      select: { status: { select: { statusChangesAt: true } } },
      resolve: ({ status }) => derived(status).statusChangesAt,
    }),
    mergePolicy: t.field({
      type: MergePolicy,
      description: 'What a merge does to it.',
      select: { terminateOnPrMerge: true },
      resolve: ({ terminateOnPrMerge }) => ({ terminateOnPrMerge }),
    }),
    branch: t.exposeString('branch', { description: 'The branch it works on; empty when none is known.' }),
    pullRequests: t.relatedConnection('pullRequests', {
      ...relatedList(),
      description: 'The pull requests it holds, newest first.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was spawned.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    viewerCanTerminate: t.boolean({
      description: 'Whether the viewer may terminate it, and it is not terminated yet.',
      select: SUBJECT,
      resolve: (session, _args, { viewer }) =>
        !session.isTerminated && may(viewer, 'session.terminate', session),
    }),
    viewerCanRestore: t.boolean({
      description:
        'Whether the viewer may restore it, it is terminated, its agent, if any, is RUNNING, and its project is not archived.',
      select: {
        ...SUBJECT,
        agent: { select: { status: true } },
        project: { select: { archivedAt: true } },
      },
      resolve: ({ agent, project, ...session }, _args, { viewer }) =>
        restoreRefusal(session, project, agent) === undefined && may(viewer, 'session.restore', session),
    }),
    viewerCanRename: t.boolean({
      description: 'Whether the viewer may rename it.',
      select: SUBJECT,
      resolve: (session, _args, { viewer }) => may(viewer, 'session.rename', session),
    }),
    viewerCanClaimPR: t.boolean({
      description:
        'Whether the viewer may claim pull requests for it, and it could hold them: a worker that is not terminated and has a workspace, in a project that is neither archived nor a scratch project.',
      select: {
        ...SUBJECT,
        kind: true,
        workspacePath: true,
        project: { select: { slug: true, kind: true, archivedAt: true } },
      },
      resolve: (session, _args, { viewer }) =>
        claimRefusal(session) === undefined && may(viewer, 'pullRequest.claim', session),
    }),
  }),
});

/** The view has a row for every session; Prisma cannot know. */
function derived<Status>(status: Status | null): Status {
  if (status === null) throw new Error('A session has no derived status.');
  return status;
}
