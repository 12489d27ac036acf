/** The view session_status against the same rules in TypeScript, over arbitrary sessions and pull requests. */
import fc from 'fast-check';
import {
  ActivityState,
  CiState,
  Mergeability,
  PullRequestState,
  ReviewDecision,
  type SessionDisplayStatus,
  type SessionLane,
} from '../../../prisma/client/enums.ts';
import { URGENCIES } from '../../../src/schema/session/urgency.ts';
import {
  expectKeptStandings,
  type PullRequestFacts,
  type SessionFacts,
  writeSessions,
} from '../../support/board.ts';
import { uuidOf } from '../../support/psql.ts';
import { expect, test } from '../../support/test.ts';

const BATCHES = 30;
/** The limits of a process that has not reported since its launch, and of one that has. */
const FIRST_SIGNAL_SECONDS = 90;
const SILENCE_SECONDS = 15 * 60;

// ── The rules ────────────────────────────────────────────────────────────────────────────────────────────────────────

function ofOne(pr: PullRequestFacts): SessionDisplayStatus {
  const ciState = pr.requiredCiState ?? pr.ciState;
  if (ciState === 'FAILING') return 'CI_FAILED';
  if (pr.mergeability === 'CONFLICTING') return 'CONFLICTS';
  if (pr.state === 'DRAFT' && !pr.awaitsApproval) return 'DRAFT';
  if (pr.reviewDecision === 'CHANGES_REQUESTED') return 'CHANGES_REQUESTED';
  const isApproved = pr.mergeability === 'MERGEABLE' && pr.reviewDecision === 'APPROVED';
  const asks = (thread: PullRequestFacts['threads'][number]) =>
    !thread.isResolved && !thread.isBot && !thread.isByAuthor && !(thread.isOutdated && isApproved);
  if (pr.threads.some(asks)) return 'CHANGES_REQUESTED';
  if (pr.awaitsApproval) return 'AWAITING_APPROVAL';
  if (pr.isInMergeQueue) return 'QUEUED';
  if (pr.mergeability === 'MERGEABLE') return 'MERGEABLE';
  if (pr.mergeability === 'UNSTABLE' && ciState === 'PASSING') return 'MERGEABLE';
  if (pr.reviewDecision === 'APPROVED') return 'APPROVED';
  if (pr.reviewDecision === 'REVIEW_REQUIRED') return 'REVIEW_PENDING';
  return 'PR_OPEN';
}

const WORST_FIRST: SessionDisplayStatus[] = [
  'CI_FAILED',
  'CONFLICTS',
  'CHANGES_REQUESTED',
  'AWAITING_APPROVAL',
  'DRAFT',
  'REVIEW_PENDING',
  'PR_OPEN',
  'APPROVED',
  'QUEUED',
  'MERGEABLE',
];

function ofMany(all: PullRequestFacts[]): SessionDisplayStatus | null {
  const open = all.filter(({ state }) => state === 'OPEN' || state === 'DRAFT');
  if (open.length === 0) return all.some(({ state }) => state === 'MERGED') ? 'MERGED' : null;
  const isStacked = (pr: PullRequestFacts) =>
    pr.targetBranch !== '' &&
    open.some(
      (other) =>
        other !== pr &&
        other.repo === pr.repo &&
        !other.isCrossRepository &&
        other.sourceBranch === pr.targetBranch,
    );
  const isInTrouble = (pr: PullRequestFacts) =>
    ['CI_FAILED', 'CONFLICTS', 'CHANGES_REQUESTED', 'AWAITING_APPROVAL', 'DRAFT'].includes(ofOne(pr));
  const counting = open.filter((pr) => !isStacked(pr) || isInTrouble(pr));
  const statuses = (counting.length > 0 ? counting : open).map(ofOne);
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? null;
}

/** Whether the process of the session should report. */
function isAwaited(s: SessionFacts): boolean {
  return s.hasAgent && ['IDLE', 'ACTIVE'].includes(s.activityState) && !s.isTerminated;
}

/** Seconds from the last activity. A session that has signalled was heard just now. */
function silentAfter(s: SessionFacts): number {
  if (s.hasSignalled) return s.quietSeconds + SILENCE_SECONDS;
  return s.activityState === 'IDLE' ? FIRST_SIGNAL_SECONDS : SILENCE_SECONDS;
}

function shown(s: SessionFacts): SessionDisplayStatus {
  if (s.isTerminated) return s.pullRequests.some(({ state }) => state === 'MERGED') ? 'MERGED' : 'TERMINATED';
  const isSilent = isAwaited(s) && s.quietSeconds > silentAfter(s);
  if (s.activityState === 'ACTIVE') return isSilent ? 'NO_SIGNAL' : 'WORKING';
  if (s.activityState === 'EXITED') return 'EXITED';
  if (s.activityState === 'WAITING_INPUT' || s.activityState === 'BLOCKED') return 'NEEDS_INPUT';
  return ofMany(s.pullRequests) ?? (isSilent ? 'NO_SIGNAL' : 'IDLE');
}

const LANES: Record<SessionDisplayStatus, SessionLane> = {
  NEEDS_INPUT: 'NEEDS_YOU',
  EXITED: 'NEEDS_YOU',
  NO_SIGNAL: 'NEEDS_YOU',
  CI_FAILED: 'NEEDS_YOU',
  CONFLICTS: 'NEEDS_YOU',
  CHANGES_REQUESTED: 'NEEDS_YOU',
  AWAITING_APPROVAL: 'NEEDS_YOU',
  MERGEABLE: 'READY_TO_MERGE',
  MERGED: 'READY_TO_MERGE',
  REVIEW_PENDING: 'IN_REVIEW',
  PR_OPEN: 'IN_REVIEW',
  DRAFT: 'IN_REVIEW',
  APPROVED: 'IN_REVIEW',
  QUEUED: 'IN_REVIEW',
  IDLE: 'WORKING',
  WORKING: 'WORKING',
  TERMINATED: 'ARCHIVE',
};
/** The order of the table above; terminated sessions come last. */
const URGENCY = Object.keys(LANES);

function rules(s: SessionFacts) {
  const displayStatus = shown(s);
  const scmStatus = ofMany(s.pullRequests);
  return {
    displayStatus,
    scmStatus,
    lane: s.isTerminated ? 'ARCHIVE' : LANES[displayStatus],
    urgency: s.isTerminated ? URGENCY.length : URGENCY.indexOf(displayStatus) + 1,
    /** Seconds after the last activity. */
    changesAfter: ['IDLE', 'WORKING'].includes(displayStatus) && isAwaited(s) ? silentAfter(s) : null,
  };
}

// ── Arbitrary sessions ────────────────────────────────────────────────────────────────────────────────────────────

const branches = fc.constantFrom('', 'main', 'a', 'b', 'c');

const pullRequests: fc.Arbitrary<PullRequestFacts> = fc.record({
  // Mostly open pull requests, which have the most rules, and few failing ones, which outrank all others.
  state: fc.constantFrom(...Object.values(PullRequestState), 'OPEN', 'OPEN'),
  ciState: fc.constantFrom(...Object.values(CiState), 'PASSING', 'PASSING'),
  requiredCiState: fc.constantFrom(null, null, ...Object.values(CiState), 'PASSING'),
  awaitsApproval: fc.constantFrom(true, false, false, false),
  isInMergeQueue: fc.constantFrom(true, false, false, false),
  isCrossRepository: fc.constantFrom(true, false, false),
  reviewDecision: fc.constantFrom(...Object.values(ReviewDecision)),
  mergeability: fc.constantFrom(...Object.values(Mergeability)),
  repo: fc.constantFrom('rocket', 'rocket', 'other'),
  sourceBranch: branches,
  targetBranch: branches,
  threads: fc.array(
    fc.record({
      isResolved: fc.boolean(),
      isBot: fc.boolean(),
      isByAuthor: fc.boolean(),
      isOutdated: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
});

const sessions: fc.Arbitrary<SessionFacts> = fc.record({
  activityState: fc.constantFrom(...Object.values(ActivityState), 'IDLE', 'IDLE'),
  isTerminated: fc.constantFrom(true, false, false, false),
  hasAgent: fc.boolean(),
  hasSignalled: fc.constantFrom(true, false, false),
  // No time near the limit, which could pass while the test reads.
  quietSeconds: fc.constantFrom(0, 1, 10, 91, 1000),
  pullRequests: fc.array(pullRequests, { maxLength: 5 }),
});

const it = test.extend('agent', { scope: 'file' }, async ({ sharedTeam: team }) => await team.hire());

it.afterEach(({ psql }) => expectKeptStandings(psql));

it('session_status follows the rules for arbitrary sessions and pull requests', async ({
  sharedTeam: team,
  agent,
  psql,
}) => {
  await fc.assert(
    fc.asyncProperty(fc.array(sessions, { minLength: 20, maxLength: 60 }), async (batch) => {
      const ids = await writeSessions(psql, team, agent, batch);
      const rows = await psql<{ id: string } & ReturnType<typeof rules>>(
        `SELECT session_id AS id, display_status AS "displayStatus", scm_status AS "scmStatus", lane, urgency,
                extract(epoch FROM status_changes_at - s.activity_last_at)::int AS "changesAfter"
           FROM session_status JOIN session s ON s.id = session_id WHERE session_id = ANY ($1)`,
        [ids.map(uuidOf)],
      );
      const found = new Map(rows.map(({ id, ...status }) => [id, status]));
      expect(ids.map((id) => found.get(uuidOf(id)))).toEqual(batch.map(rules));
    }),
    { numRuns: BATCHES },
  );
}, 120_000);

it('lists of sessions filter by the urgencies of the rules', () => {
  const ofRules = Object.entries(LANES).map(([displayStatus, lane], index) => ({
    displayStatus,
    lane,
    urgency: index + 1,
  }));
  const ended = { displayStatus: 'MERGED', lane: 'ARCHIVE', urgency: URGENCY.length };
  expect(new Set(URGENCIES)).toEqual(new Set([...ofRules, ended]));
});

it('session_status has one row for each session, the same when it is read alone and with the others', async ({
  sharedTeam: team,
  psql,
}) => {
  // now() is constant within a transaction.
  await psql('BEGIN');
  const all = await psql<{ id: string; row: string }>(
    `SELECT session_id AS id, st::text AS row
       FROM session_status st JOIN session s ON s.id = st.session_id WHERE s.organization_id = $1`,
    [uuidOf(team.id)],
  );
  const [count] = await psql<{ count: string }>('SELECT count(*) FROM session');
  expect(all.length).toBe(Number(count?.count));
  for (const { id, row } of all.slice(0, 50)) {
    const alone = await psql('SELECT st::text AS row FROM session_status st WHERE session_id = $1', [id]);
    expect(alone).toEqual([{ row }]);
  }
  await psql('COMMIT');
});
