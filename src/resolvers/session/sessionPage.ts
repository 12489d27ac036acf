/** Sessions as lists show them: filtered, ordered, paged and counted by the database. */
import type { Prisma, Session } from '../../../prisma/client/client.ts';
import { SessionLane } from '../../../prisma/client/enums.ts';
import type { Database } from '../../db.ts';
import { id } from '../../globalId.ts';
import { page } from '../../schema/kit/connection.ts';
import { orderOfSessions, type SessionOrderName } from '../../schema/session/sessionOrder.ts';

export type SessionFilter = {
  projectId?: string | null;
  agentId?: string | null;
  lane?: SessionLane | null;
  live?: boolean | null;
};

type PlannedQuery = {
  include?: Prisma.SessionInclude;
  cursor?: { id?: string };
  take: number;
  skip: number;
};

/**
 * A page of an organization's sessions. Read from where what it is filtered and ordered by is: the sessions, or their
 * statuses; these are then shown as they were when they decided who is on the page.
 */
export async function sessionPage(
  { prisma }: Database,
  { include = {}, ...planned }: PlannedQuery,
  organizationId: string,
  args: SessionFilter & { orderBy: SessionOrderName },
) {
  const order = orderOfSessions(args);
  if (args.lane == null && args.orderBy !== 'STATUS') {
    const query = page({ ...planned, where: conditions(organizationId, args) }, order);
    return await prisma.session.findMany({ ...query, include });
  }
  const { status: wanted, ...others } = include;
  const query = page({ ...planned, where: statusConditions(organizationId, args) }, order);
  const statuses = await prisma.sessionStatus.findMany({
    ...query,
    select: {
      ...(typeof wanted === 'object' ? wanted.select : {}),
      urgency: true,
      session: { include: others },
    },
  });
  return statuses.flatMap(({ session, ...status }) =>
    // One that held nothing may be deleted while the page is read; Prisma does not think of that.
    (session as Session | null) ? { ...session, status, urgency: status.urgency } : [],
  );
}

/** How many sessions there are in all of a list. */
export async function countSessions({ prisma }: Database, organizationId: string, filter: SessionFilter) {
  if (filter.lane == null) return await prisma.session.count({ where: conditions(organizationId, filter) });
  return await prisma.sessionStatus.count({ where: statusConditions(organizationId, filter) });
}

/** How many sessions there are in each lane, in the order of a board; counted by one statement. */
export async function countLanes(
  { prisma }: Database,
  organizationId: string,
  filter: Pick<SessionFilter, 'projectId' | 'agentId'>,
) {
  const found = await prisma.sessionStatus.groupBy({
    by: ['lane'],
    where: conditions(organizationId, filter),
    _count: true,
  });
  return Object.values(SessionLane).map((lane) => ({
    lane,
    count: found.find((each) => each.lane === lane)?._count ?? 0,
  }));
}

function conditions(organizationId: string, { projectId, agentId, live }: SessionFilter) {
  return {
    organizationId,
    projectId: projectId == null ? undefined : id('Project', projectId),
    agentId: agentId == null ? undefined : id('Agent', agentId),
    isTerminated: live == null ? undefined : !live,
  };
}

function statusConditions(organizationId: string, { lane, ...filter }: SessionFilter) {
  const where = conditions(organizationId, filter);
  if (lane == null) return where;
  // Implied by the lane, which no index knows.
  return { AND: [where, { lane, isTerminated: lane === 'ARCHIVE' }] };
}
