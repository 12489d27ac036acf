/**
 * The order STATUS of sessions: by urgency, and the newest first within each. `session_standing.rank` has both in one number,
 * so that a place in the order is a place in an index.
 */
import type { SessionDisplayStatus, SessionLane } from '../../../prisma/client/enums.ts';

type Standing = { lane: SessionLane; displayStatus: SessionDisplayStatus };

/** The statuses of live sessions in their lanes, the most urgent first, as the view session_status has them. */
const STATUSES_OF = {
  NEEDS_YOU: [
    'NEEDS_INPUT',
    'EXITED',
    'NO_SIGNAL',
    'CI_FAILED',
    'CONFLICTS',
    'CHANGES_REQUESTED',
    'AWAITING_APPROVAL',
  ],
  READY_TO_MERGE: ['MERGEABLE', 'MERGED'],
  IN_REVIEW: ['REVIEW_PENDING', 'PR_OPEN', 'DRAFT', 'APPROVED', 'QUEUED'],
  WORKING: ['IDLE', 'WORKING'],
} as const satisfies Partial<Record<SessionLane, readonly SessionDisplayStatus[]>>;

const LIVE = Object.entries(STATUSES_OF).flatMap(([lane, statuses]) =>
  statuses.map((displayStatus): Standing => ({ lane: lane as SessionLane, displayStatus })),
);

export const LIVE_BY_URGENCY = LIVE.map(({ displayStatus }) => displayStatus);

/** All that a standing may be, with its urgency. Terminated sessions are equally urgent. */
export const URGENCIES: readonly (Standing & { urgency: number })[] = [
  ...LIVE.map((standing, index) => ({ ...standing, urgency: index + 1 })),
  ...(['MERGED', 'TERMINATED'] as const).map((displayStatus) => ({
    lane: 'ARCHIVE' as const,
    displayStatus,
    urgency: LIVE.length + 1,
  })),
];

/** The ranks of one urgency are from its product with this number to below the next one. */
const RANKS_OF_URGENCY = 500_000_000_000_000;

export type StandingFilter = {
  lane?: SessionLane | null;
  displayStatuses?: SessionDisplayStatus[] | null;
  live?: boolean | null;
};

/**
 * The ranks between which all sessions of a filter are. The filter may leave out others between them. Undefined for a filter
 * that leaves out none.
 */
export function ranksOf({
  lane,
  displayStatuses,
  live,
}: StandingFilter): { gte: number; lt: number } | undefined {
  const urgencies = URGENCIES.filter(
    (each) =>
      (lane == null || each.lane === lane) &&
      (displayStatuses == null || displayStatuses.includes(each.displayStatus)) &&
      (live == null || (each.lane !== 'ARCHIVE') === live),
  ).map(({ urgency }) => urgency);
  if (urgencies.length === URGENCIES.length) return undefined;
  if (urgencies.length === 0) return { gte: 0, lt: 0 };
  return {
    gte: Math.min(...urgencies) * RANKS_OF_URGENCY,
    lt: (Math.max(...urgencies) + 1) * RANKS_OF_URGENCY,
  };
}
