/** Reads and counts sessions: in the table, or in the view of their statuses when the filter or order needs it. */
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
  // The lane implies whether a session is terminated. The planner cannot know that: the condition lets it use an index.
  return lane == null ? where : { AND: [where, { lane, isTerminated: lane === 'ARCHIVE' }] };
}

export function sessionRows(
  { lane, orderBy }: { lane?: SessionLane | null; orderBy: SessionOrderName },
  { db }: Context,
) {
  return lane == null && orderBy !== 'STATUS' ? db.prisma.session : sessionsByStatus(db);
}

type StatusQuery = Prisma.SessionStatusFindManyArgs & { include?: Prisma.SessionInclude };

/** Returns each session with the status by which the page was selected, so that the two cannot differ. */
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
        // A session without pull requests may be deleted while the page is read, which Prisma's types do not express.
        (session as Session | null) ? { ...session, status, urgency: status.urgency } : [],
      );
    },
    count: ({ where }: { where: Prisma.SessionStatusWhereInput }) => prisma.sessionStatus.count({ where }),
  };
}

/** Counts the sessions in each lane with one statement. The lanes are in the order of a board. */
export async function countLanes({ prisma }: Database, where: Prisma.SessionStatusWhereInput) {
  const found = await prisma.sessionStatus.groupBy({ by: ['lane'], where, _count: true });
  return Object.values(SessionLane).map((lane) => ({
    lane,
    count: found.find((each) => each.lane === lane)?._count ?? 0,
  }));
}
