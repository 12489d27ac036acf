/** The filters of lists of sessions and of the counts of their lanes. */
import type { SessionKind } from '../../../prisma/client/enums.ts';
import { filterId } from '../../schema/kit/filterId.ts';
import type { SessionOrderName } from '../../schema/session/sessionOrder.ts';
import { ranksOf, type StandingFilter } from '../../schema/session/urgency.ts';

export type Which = { projectId?: string | null; agentId?: string | null; kind?: SessionKind | null };
type SessionFilter = Which & StandingFilter & { spawnedById?: string | null; orderBy: SessionOrderName };

export const ofWhich = ({ projectId, agentId, kind }: Which) => ({
  projectId: projectId ?? undefined,
  agentId: agentId ?? undefined,
  kind: kind ?? undefined,
});

/** @param raw the argument `spawnedById` */
const spawnerOf = (raw: string) =>
  filterId('spawnedById', raw, (type) => type === 'User' || type === 'Agent').uuid;

export function sessionsWhere({ spawnedById, orderBy, ...filter }: SessionFilter) {
  const { lane, displayStatuses, live } = filter;
  return {
    ...ofWhich(filter),
    spawnedById: spawnedById == null ? undefined : spawnerOf(spawnedById),
    isTerminated: live == null ? undefined : !live,
    // Every session has a standing. Without this condition, the planner could not begin with the standings, whose indexes
    // have the orders of the list.
    standing: {
      isNot: null,
      is: {
        lane: lane ?? undefined,
        displayStatus: displayStatuses ? { in: displayStatuses } : undefined,
        rank: orderBy === 'STATUS' ? ranksOf(filter) : undefined,
      },
    },
  };
}
