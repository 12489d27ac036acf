/** The filters of lists of sessions and of the counts of their lanes. */
import type { SessionDisplayStatus, SessionKind, SessionLane } from '../../../prisma/client/enums.ts';
import { filterId } from '../../schema/kit/filterId.ts';

export type Which = { projectId?: string | null; agentId?: string | null; kind?: SessionKind | null };
type SessionFilter = Which & {
  lane?: SessionLane | null;
  displayStatuses?: SessionDisplayStatus[] | null;
  live?: boolean | null;
  spawnedById?: string | null;
};

export const ofWhich = ({ projectId, agentId, kind }: Which) => ({
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
