import { builder } from '../../schema/index.ts';
import { SessionLane } from '../../schema/session/enum.ts';
import { LaneCount } from '../../schema/session/laneCount.ts';
import { Session } from '../../schema/session/session.ts';
import { orderOfSessions, SessionOrder } from '../../schema/session/sessionOrder.ts';
import { countLanes, sessionRows, sessionsWhere } from './sessionRows.ts';

/** Whose sessions. */
const ownerArgs = () =>
  builder.args((arg) => ({
    projectId: arg.idOf('Project', { description: 'Only those of this project.' }),
    agentId: arg.idOf('Agent', { description: 'Only those of this agent.' }),
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
  sessions: t.list({
    type: Session,
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
    where: ({ id }, args) => sessionsWhere(id, args),
    orderBy: orderOfSessions,
    rows: sessionRows,
  }),
  laneCounts: t.field({
    type: [LaneCount],
    description: 'How many of its sessions stand in each lane: all lanes, in the order of a board.',
    args: ownerArgs(),
    select: { id: true },
    resolve: (organization, args, { db }) => countLanes(db, sessionsWhere(organization.id, args)),
  }),
}));

/** A number that PostgreSQL's integer is sure to hold. */
const SESSION_NAME = /^(.+)-([1-9]\d{0,8})$/;
