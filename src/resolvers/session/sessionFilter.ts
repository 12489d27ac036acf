/** The filters of the list of sessions and of the counts of the lanes. */
import { SessionLane } from '../../../prisma/client/enums.ts';
import type { Database } from '../../db.ts';

type Owner = { projectId?: string | null; agentId?: string | null };
type SessionFilter = Owner & { lane?: SessionLane | null; live?: boolean | null };

const ofOwner = ({ projectId, agentId }: Owner) => ({
  projectId: projectId ?? undefined,
  agentId: agentId ?? undefined,
});

export function sessionsWhere({ lane, live, ...owner }: SessionFilter) {
  const where = { ...ofOwner(owner), isTerminated: live == null ? undefined : !live };
  // The lane implies whether a session is terminated. The planner cannot know that: the condition lets it use an index.
  return lane == null ? where : { AND: [where, { isTerminated: lane === 'ARCHIVE', status: { lane } }] };
}

/** Counts the sessions in each lane with one statement. The lanes are in the order of a board. */
export async function countLanes({ prisma }: Database, organizationId: string, owner: Owner) {
  const where = { organizationId, ...ofOwner(owner) };
  const found = await prisma.sessionStatus.groupBy({ by: ['lane'], where, _count: true });
  return Object.values(SessionLane).map((lane) => ({
    lane,
    count: found.find((each) => each.lane === lane)?._count ?? 0,
  }));
}
