import { id } from '../globalId.ts';
import { SessionLane } from '../schema/enum.ts';
import { SessionChanged } from '../schema/event.ts';
import { builder } from '../schema/index.ts';
import { Session } from '../schema/session.ts';
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
