import { builder } from './builder.ts';
import { ActivityState, SessionDisplayStatus, SessionKind, SessionLane } from './enum.ts';

export const Session = builder.prismaNode('Session', {
  id: { field: 'id' },
  description: 'One run of a worker on a project. Holds pull requests.',
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
    organization: t.relation('organization', { description: 'Whose it is.' }),
    activityState: t.expose('activityState', { type: ActivityState, description: 'What it is doing.' }),
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
    branch: t.exposeString('branch', { description: 'The branch it works on; empty when none is known.' }),
    pullRequests: t.relatedConnection('pullRequests', {
      cursor: 'id',
      totalCount: true,
      description: 'The pull requests it holds, newest first.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was spawned.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

/** The view has a row for every session; Prisma cannot know. */
function derived<Status>(status: Status | null): Status {
  if (status === null) throw new Error('A session has no derived status.');
  return status;
}
