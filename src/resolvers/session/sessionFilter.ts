/** The filters of the list of sessions and of the counts of the lanes. */
import { type SessionKind, SessionLane } from '../../../prisma/client/enums.ts';
import { setwise } from '../../schema/kit/setwise.ts';

type Which = { projectId?: string | null; agentId?: string | null; kind?: SessionKind | null };
type SessionFilter = Which & { lane?: SessionLane | null; live?: boolean | null };

const ofOwner = ({ projectId, agentId }: Which) => ({
  projectId: projectId ?? undefined,
  agentId: agentId ?? undefined,
});

export function sessionsWhere({ lane, live, kind, ...owner }: SessionFilter) {
  const where = {
    ...ofOwner(owner),
    kind: kind ?? undefined,
    isTerminated: live == null ? undefined : !live,
  };
  // The lane implies whether a session is terminated. The planner cannot know that: the condition lets it use an index.
  return lane == null ? where : { AND: [where, { isTerminated: lane === 'ARCHIVE', status: { lane } }] };
}

/** Counts the sessions of an organization in each lane. The lanes are in the order of a board. */
export const countLanes = setwise(async (organizationIds, { kind, ...owner }: Which, { db }) => {
  const found = await db.prisma.sessionStatus.groupBy({
    by: ['organizationId', 'lane'],
    where: {
      organizationId: { in: [...organizationIds] },
      ...ofOwner(owner),
      session: kind ? { kind } : undefined,
    },
    _count: true,
  });
  const counts = new Map(found.map((each) => [`${each.organizationId} ${each.lane}`, each._count]));
  return (organizationId) =>
    Object.values(SessionLane).map((lane) => ({ lane, count: counts.get(`${organizationId} ${lane}`) ?? 0 }));
});
