import { builder } from '../../schema/index.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { SessionDisplayStatus, SessionKind, SessionLane } from '../../schema/session/enum.ts';
import { Session } from '../../schema/session/session.ts';
import { orderOfSessions, SessionOrder } from '../../schema/session/sessionOrder.ts';
import { sessionsWhere } from './sessionFilter.ts';

/** The arguments of the lists of sessions, of an organization and of a project. */
const ARGS = builder.args((t) => ({
  agentId: t.idOf('Agent', { description: 'Only sessions of this agent.' }),
  kind: t.field({ type: SessionKind, description: 'Only sessions of this kind.' }),
  lane: t.field({ type: SessionLane, description: 'Only sessions in this lane.' }),
  displayStatuses: t.field({
    type: [SessionDisplayStatus],
    description: 'Only sessions with one of these statuses. Empty returns none.',
  }),
  spawnedById: t.id({
    description: 'Only sessions that the user or agent with this global id spawned.',
  }),
  live: t.boolean({
    description:
      'True returns only sessions that are not terminated, false only terminated ones. Without it, both.',
  }),
  orderBy: t.field({
    type: SessionOrder,
    required: true,
    defaultValue: 'CREATED_AT',
    description: 'The order of the list.',
  }),
}));

const LIST = relatedList(orderOfSessions);

builder.prismaObjectFields('Organization', (t) => ({
  session: t.field({
    type: Session,
    nullable: true,
    description: 'The session of the organization with a short name; null when no session has the name.',
    args: {
      name: t.arg.string({
        required: true,
        description: 'The short name, `<project slug>-<num>`, such as `rocket-3`.',
      }),
    },
    select: ({ name }, _context, nested) => {
      const [, slug, num] = SESSION_NAME.exec(name) ?? [];
      return { sessions: nested({ where: slug ? { num: Number(num), project: { slug } } : NONE, take: 1 }) };
    },
    resolve: ({ sessions: [session] }) => session ?? null,
  }),
  sessions: t.relatedConnection('sessions', {
    ...LIST,
    description: 'The sessions of the organization, including terminated ones. Newest first by default.',
    args: { projectId: t.arg.idOf('Project', { description: 'Only sessions of this project.' }), ...ARGS },
    query: (args) => ({ where: sessionsWhere(args) }),
  }),
}));

builder.prismaObjectFields('Project', (t) => ({
  sessions: t.relatedConnection('sessions', {
    ...LIST,
    description: 'The sessions of the project, including terminated ones. Newest first by default.',
    args: ARGS,
    query: (args) => ({ where: sessionsWhere(args) }),
  }),
}));

const NONE = { id: { in: [] } };

/** At most nine digits, which PostgreSQL's `integer` can hold. */
const SESSION_NAME = /^(.+)-([1-9]\d{0,8})$/;
