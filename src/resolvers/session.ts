import { id } from '../globalId.ts';
import { SessionKind, SessionLane } from '../schema/enum.ts';
import { COMMON_ERRORS } from '../schema/error.ts';
import { SessionChanged } from '../schema/event.ts';
import { builder } from '../schema/index.ts';
import { mutationInput, payload } from '../schema/mutation.ts';
import { Session } from '../schema/session.ts';
import { spawnSession, spawnSessionInput, terminateSession } from '../services/session.ts';
import { acting } from './act.ts';
import { filterArgs, listeningArgs } from './listeningArgs.ts';
import { filterId, heard, listen } from './subscribe.ts';

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
  sessions: t.relatedConnection('sessions', {
    cursor: 'id',
    totalCount: true,
    description: 'Its sessions, newest first.',
    args: {
      projectId: t.arg.id({ description: 'Only those of this project.' }),
      lane: t.arg({ type: SessionLane, description: 'Only those that stand in this lane.' }),
      live: t.arg.boolean({
        description: 'True: only those that are not terminated; false: only those that are.',
      }),
    },
    query: ({ projectId, lane, live }) => ({
      where: {
        projectId: projectId == null ? undefined : id('Project', projectId),
        status: lane == null ? undefined : { lane },
        isTerminated: live == null ? undefined : !live,
      },
    }),
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
