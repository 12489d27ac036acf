import { id } from '../globalId.ts';
import { SessionKind, SessionLane } from '../schema/enum.ts';
import { COMMON_ERRORS } from '../schema/error.ts';
import { SessionChanged } from '../schema/event.ts';
import { builder } from '../schema/index.ts';
import { LaneCount } from '../schema/laneCount.ts';
import { mutationInput, payload } from '../schema/mutation.ts';
import { Session } from '../schema/session.ts';
import { orderOfSessions, SessionOrder } from '../schema/sessionOrder.ts';
import { spawnSession, spawnSessionInput, terminateSession } from '../services/session.ts';
import { acting } from './act.ts';
import { filterArgs, listeningArgs } from './listeningArgs.ts';
import { countLanes, countSessions, sessionPage } from './sessionPage.ts';
import { filterId, heard, listen } from './subscribe.ts';

/** Whose sessions. */
const ownerArgs = () =>
  builder.args((arg) => ({
    projectId: arg.id({ description: 'Only those of this project.' }),
    agentId: arg.id({ description: 'Only those of this agent.' }),
  }));

builder.prismaObjectFields('Organization', (t) => ({
  session: t.prismaField({
    type: Session,
    nullable: true,
    description: 'One of its sessions.',
    args: {
      name: t.arg.string({
        required: true,
        description: 'Its short name, `<project slug>-<num>`: `rocket-3`.',
      }),
    },
    resolve: (query, organization, { name }, { db }) => {
      const [, slug, num] = SESSION_NAME.exec(name) ?? [];
      if (!slug || !num) return null;
      return db.prisma.session.findFirst({
        ...query,
        where: {
          organizationId: organization.id,
          num: Number(num),
          project: { organizationId: organization.id, slug },
        },
      });
    },
  }),
  sessions: t.prismaConnection({
    type: Session,
    cursor: 'id',
    description: 'Its sessions, newest first unless they are ordered otherwise.',
    args: {
      ...ownerArgs(),
      lane: t.arg({ type: SessionLane, description: 'Only those that stand in this lane.' }),
      live: t.arg.boolean({
        description: 'True: only those that are not terminated; false: only those that are.',
      }),
      orderBy: t.arg({
        type: SessionOrder,
        required: true,
        defaultValue: 'CREATED_AT',
        description: 'In which order.',
      }),
    },
    extensions: { orderedBy: orderOfSessions },
    totalCount: (organization, args, { db }) => countSessions(db, organization.id, args),
    resolve: (query, organization, args, { db }) => sessionPage(db, query, organization.id, args),
  }),
  laneCounts: t.field({
    type: [LaneCount],
    description: 'How many of its sessions stand in each lane: all lanes, in the order of a board.',
    args: ownerArgs(),
    select: { id: true },
    resolve: (organization, args, { db }) => countLanes(db, organization.id, args),
  }),
}));

/** A number that PostgreSQL's integer is sure to hold. */
const SESSION_NAME = /^(.+)-([1-9]\d{0,8})$/;

const SpawnSessionInput = mutationInput('SpawnSessionInput', 'What `spawnSession` takes.', (t) => ({
  projectId: t.id({ required: true, description: 'What it is to work on.' }),
  kind: t.field({
    type: SessionKind,
    required: true,
    defaultValue: 'WORKER',
    description: 'What it is for.',
  }),
  prompt: t.string({ description: 'What it is told to do, up to 4,096 characters. Never shown again.' }),
  displayName: t.string({ description: 'What people are to call it, 1 to 20 characters.' }),
  branch: t.string({ description: 'The branch it is to work on, up to 255 characters.' }),
  workspacePath: t.string({
    description:
      'Where its workspace is. Left out, the server allots a path; null, it has none and claims nothing.',
  }),
}));

const SpawnSessionPayload = payload<{ sessionId: string }>(
  'SpawnSessionPayload',
  'What `spawnSession` answers.',
  (t) => ({
    session: t.prismaField({
      type: Session,
      description: 'The new session.',
      resolve: (query, { sessionId }, _args, { db }) =>
        db.prisma.session.findUniqueOrThrow({ ...query, where: { id: sessionId } }),
    }),
  }),
);

builder.mutationField('spawnSession', (t) =>
  t.field({
    type: SpawnSessionPayload,
    description: 'Starts a session on a project.',
    args: { input: t.arg({ type: SpawnSessionInput, required: true, description: 'See its fields.' }) },
    errors: { types: COMMON_ERRORS, union: { description: 'What `spawnSession` comes to.' } },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'spawnSession',
        input,
        (act) =>
          spawnSession(act, {
            ...input,
            projectId: id('Project', input.projectId),
          }),
        spawnSessionInput,
      ),
  }),
);

const TerminateSessionInput = mutationInput(
  'TerminateSessionInput',
  'What `terminateSession` takes.',
  (t) => ({
    sessionId: t.id({ required: true, description: 'The session to end.' }),
  }),
);

const TerminateSessionPayload = payload<{ sessionId: string }>(
  'TerminateSessionPayload',
  'What `terminateSession` answers.',
  (t) => ({
    session: t.prismaField({
      type: Session,
      description: 'The ended session.',
      resolve: (query, { sessionId }, _args, { db }) =>
        db.prisma.session.findUniqueOrThrow({ ...query, where: { id: sessionId } }),
    }),
  }),
);

builder.mutationField('terminateSession', (t) =>
  t.field({
    type: TerminateSessionPayload,
    description:
      'Ends a session. It keeps its pull requests until others claim them, which then needs no takeover. Twice is a no-op.',
    args: { input: t.arg({ type: TerminateSessionInput, required: true, description: 'See its fields.' }) },
    errors: { types: COMMON_ERRORS, union: { description: 'What `terminateSession` comes to.' } },
    resolve: (_root, { input }, context) =>
      acting(context, 'terminateSession', input, (act) =>
        terminateSession(act, {
          sessionId: id('Session', input.sessionId),
        }),
      ),
  }),
);

builder.subscriptionField('sessionChanged', (t) =>
  t.field({
    type: SessionChanged,
    description: 'Sessions as they are spawned, change and are deleted.',
    args: { ...listeningArgs(t), projectId: filterArgs.projectId(t), sessionId: filterArgs.sessionId(t) },
    subscribe: (_root, { organizationId, after, projectId, sessionId }, context) =>
      listen(context, {
        organizationId,
        after,
        types: ['SESSION_CREATED', 'SESSION_UPDATED', 'SESSION_DELETED'],
        about: [filterId('Project', projectId), filterId('Session', sessionId)],
      }),
    resolve: heard,
  }),
);
