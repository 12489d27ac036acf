/** The filters of the list of sessions and of the counts of the lanes. */
import { type SessionDisplayStatus, type SessionKind, SessionLane } from '../../../prisma/client/enums.ts';
import { filterId } from '../../schema/kit/filterId.ts';
import { setwise } from '../../schema/kit/setwise.ts';

type Which = { projectId?: string | null; agentId?: string | null; kind?: SessionKind | null };
type SessionFilter = Which & {
  lane?: SessionLane | null;
  displayStatuses?: SessionDisplayStatus[] | null;
  live?: boolean | null;
  spawnedById?: string | null;
};

const ofWhich = ({ projectId, agentId, kind }: Which) => ({
  projectId: projectId ?? undefined,
  agentId: agentId ?? undefined,
  kind: kind ?? undefined,
});

/** @param raw the argument `spawnedById` */
const spawnerOf = (raw: string) =>
  filterId('spawnedById', raw, (type) => type === 'User' || type === 'Agent').uuid;

export function sessionsWhere({ lane, displayStatuses, live, spawnedById, ...which }: SessionFilter) {
  return {
    ...ofWhich(which),
    spawnedById: spawnedById == null ? undefined : spawnerOf(spawnedById),
    isTerminated: live == null ? undefined : !live,
    // Every session has a standing. Without this condition, the planner could not begin with the standings, whose indexes
    // have the orders of the list.
    standing: {
      isNot: null,
      ...((lane || displayStatuses) && {
        is: { lane: lane ?? undefined, displayStatus: displayStatuses ? { in: displayStatuses } : undefined },
      }),
    },
  };
}

/** Counts the sessions of an organization in each lane. The lanes are in the order of a board. */
export const countLanes = setwise(async (organizationIds, which: Which, { db }) => {
  const found = await db.prisma.sessionStanding.groupBy({
    by: ['organizationId', 'lane'],
    where: { organizationId: { in: [...organizationIds] }, ...ofWhich(which) },
    _count: true,
  });
  const counts = new Map(found.map((each) => [`${each.organizationId} ${each.lane}`, each._count]));
  return (organizationId) =>
    Object.values(SessionLane).map((lane) => ({ lane, count: counts.get(`${organizationId} ${lane}`) ?? 0 }));
});
