/** Where sessions are read and counted: the table, or the view of their statuses when that decides who is listed. */
import type { Prisma, Session } from '../../../prisma/client/client.ts';
import { SessionLane } from '../../../prisma/client/enums.ts';
import type { Context } from '../../context.ts';
import type { Database } from '../../db.ts';
import type { SessionOrderName } from '../../schema/session/sessionOrder.ts';

type SessionFilter = {
  projectId?: string | null;
  agentId?: string | null;
  lane?: SessionLane | null;
  live?: boolean | null;
};

export function sessionsWhere(organizationId: string, { lane, ...filter }: SessionFilter) {
  const { projectId, agentId, live } = filter;
  const where = {
    organizationId,
    projectId: projectId ?? undefined,
    agentId: agentId ?? undefined,
    isTerminated: live == null ? undefined : !live,
  };
  // The lane implies whether a session is terminated. No index knows that, so it is said.
  return lane == null ? where : { AND: [where, { lane, isTerminated: lane === 'ARCHIVE' }] };
}

export function sessionRows(
  { lane, orderBy }: { lane?: SessionLane | null; orderBy: SessionOrderName },
  { db }: Context,
) {
  return lane == null && orderBy !== 'STATUS' ? db.prisma.session : sessionsByStatus(db);
}

type StatusQuery = Prisma.SessionStatusFindManyArgs & { include?: Prisma.SessionInclude };

/** Sessions are shown with the status that decided whether they are on the page. */
function sessionsByStatus({ prisma }: Database) {
  return {
    async findMany({ include = {}, select, ...query }: StatusQuery) {
      if (select) return await prisma.sessionStatus.findMany({ ...query, select });
      const { status: wanted, ...others } = include;
      const statuses = await prisma.sessionStatus.findMany({
        ...query,
        select: {
          ...(typeof wanted === 'object' ? wanted.select : {}),
          urgency: true,
          session: { include: others },
        },
      });
      return statuses.flatMap(({ session, ...status }) =>
        // A session that held nothing may be deleted while the page is read. Prisma's types leave that out.
        (session as Session | null) ? { ...session, status, urgency: status.urgency } : [],
      );
    },
    count: ({ where }: { where: Prisma.SessionStatusWhereInput }) => prisma.sessionStatus.count({ where }),
  };
}

/** How many sessions there are in each lane, in the order of a board; counted by one statement. */
export async function countLanes({ prisma }: Database, where: Prisma.SessionStatusWhereInput) {
  const found = await prisma.sessionStatus.groupBy({ by: ['lane'], where, _count: true });
  return Object.values(SessionLane).map((lane) => ({
    lane,
    count: found.find((each) => each.lane === lane)?._count ?? 0,
  }));
}
