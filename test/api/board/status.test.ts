/** The rules of displayStatus, scmStatus and lane, one row of a table for each. */

import type { SessionDisplayStatus, SessionLane } from '../../../prisma/client/enums.ts';
import { graphql } from '../../graphql/gql.ts';
import {
  expectKeptStandings,
  type PullRequestFacts,
  pullRequest,
  type SessionFacts,
  session,
  writeSessions,
} from '../../support/board.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team, TeamAgent } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';

const StatusOf = graphql(`
  query StatusOf($id: ID!) {
    node(id: $id) {
      ... on Session {
        displayStatus
        scmStatus
        lane
        statusChangesAt
        activityLastAt
      }
    }
  }
`);

const it = test.extend('agent', { scope: 'file' }, async ({ sharedTeam: team }) => await team.hire());

it.afterEach(({ psql }) => expectKeptStandings(psql));

async function statusOf(team: Team, agent: TeamAgent, psql: Psql, facts: Partial<SessionFacts>) {
  const [id = ''] = await writeSessions(psql, team, agent, [session(facts)]);
  const { node } = await team.owner.query(StatusOf, { id });
  if (!node || !('displayStatus' in node)) throw new Error('The session is not there.');
  return node;
}

const MANY_OPEN = [
  pullRequest({ ciState: 'FAILING' }),
  pullRequest({ mergeability: 'MERGEABLE' }),
  pullRequest({ state: 'MERGED' }),
];
const THREAD = { isResolved: false, isBot: false };
/** An agent that has not signalled for longer than the limit. */
const SILENT = { hasAgent: true, quietSeconds: 100 };

describe('displayStatus and lane of a session', () => {
  it.for<[SessionDisplayStatus, SessionLane, why: string, Partial<SessionFacts>]>([
    // Terminated: only a merged pull request counts.
    ['MERGED', 'ARCHIVE', 'terminated, one merged', { isTerminated: true, pullRequests: MANY_OPEN }],
    [
      'TERMINATED',
      'ARCHIVE',
      'terminated, one closed',
      { isTerminated: true, pullRequests: [pullRequest({ state: 'CLOSED' })] },
    ],
    [
      'TERMINATED',
      'ARCHIVE',
      'terminated, one mergeable',
      { isTerminated: true, pullRequests: [pullRequest({ mergeability: 'MERGEABLE' })] },
    ],
    ['TERMINATED', 'ARCHIVE', 'terminated while active', { isTerminated: true, activityState: 'ACTIVE' }],
    ['TERMINATED', 'ARCHIVE', 'terminated before any signal', { isTerminated: true, ...SILENT }],
    // Running or waiting: the activity counts, not the pull requests.
    ['WORKING', 'WORKING', 'active', { activityState: 'ACTIVE' }],
    [
      'WORKING',
      'WORKING',
      'active, with pull requests',
      { activityState: 'ACTIVE', pullRequests: MANY_OPEN },
    ],
    ['WORKING', 'WORKING', 'active, and silent', { activityState: 'ACTIVE', ...SILENT }],
    ['EXITED', 'NEEDS_YOU', 'exited', { activityState: 'EXITED' }],
    [
      'EXITED',
      'NEEDS_YOU',
      'exited, with pull requests',
      { activityState: 'EXITED', pullRequests: MANY_OPEN },
    ],
    ['EXITED', 'NEEDS_YOU', 'exited, and silent', { activityState: 'EXITED', ...SILENT }],
    ['NEEDS_INPUT', 'NEEDS_YOU', 'waiting for input', { activityState: 'WAITING_INPUT' }],
    [
      'NEEDS_INPUT',
      'NEEDS_YOU',
      'waiting for input, with pull requests',
      { activityState: 'WAITING_INPUT', pullRequests: MANY_OPEN },
    ],
    ['NEEDS_INPUT', 'NEEDS_YOU', 'blocked', { activityState: 'BLOCKED' }],
    ['NEEDS_INPUT', 'NEEDS_YOU', 'blocked, and silent', { activityState: 'BLOCKED', ...SILENT }],
    // Idle: the pull requests count.
    ['CI_FAILED', 'NEEDS_YOU', 'idle, with pull requests', { pullRequests: MANY_OPEN }],
    ['MERGED', 'READY_TO_MERGE', 'idle, all merged', { pullRequests: [pullRequest({ state: 'MERGED' })] }],
    ['PR_OPEN', 'IN_REVIEW', 'silent, with a pull request', { ...SILENT, pullRequests: [pullRequest()] }],
    // Idle without a pull request that counts: the agent may be overdue with its first signal.
    ['NO_SIGNAL', 'NEEDS_YOU', 'silent for longer than the limit', SILENT],
    [
      'NO_SIGNAL',
      'NEEDS_YOU',
      'silent, one closed',
      { ...SILENT, pullRequests: [pullRequest({ state: 'CLOSED' })] },
    ],
    ['IDLE', 'WORKING', 'silent for less than the limit', { ...SILENT, quietSeconds: 30 }],
    ['IDLE', 'WORKING', 'an agent that has signalled', { ...SILENT, hasSignalled: true }],
    ['IDLE', 'WORKING', 'silent, without an agent', { ...SILENT, hasAgent: false }],
    ['IDLE', 'WORKING', 'idle', {}],
    ['IDLE', 'WORKING', 'idle, one closed', { pullRequests: [pullRequest({ state: 'CLOSED' })] }],
  ])('are %s and %s: %s', async ([displayStatus, lane, _why, facts], { sharedTeam: team, agent, psql }) => {
    expect(await statusOf(team, agent, psql, facts)).toMatchObject({ displayStatus, lane });
  });
});

describe('scmStatus and lane of one pull request', () => {
  const WORST: Partial<PullRequestFacts> = {
    ciState: 'FAILING',
    state: 'DRAFT',
    reviewDecision: 'CHANGES_REQUESTED',
    threads: [THREAD],
    mergeability: 'MERGEABLE',
  };
  it.for<[SessionDisplayStatus | null, SessionLane, why: string, Partial<PullRequestFacts>]>([
    ['CI_FAILED', 'NEEDS_YOU', 'failing CI outranks all other facts', WORST],
    ['DRAFT', 'IN_REVIEW', 'a draft outranks requested changes', { ...WORST, ciState: 'PASSING' }],
    [
      'CHANGES_REQUESTED',
      'NEEDS_YOU',
      'requested changes outrank mergeability',
      { ...WORST, ciState: 'PENDING', state: 'OPEN' },
    ],
    [
      'CHANGES_REQUESTED',
      'NEEDS_YOU',
      'a review requests changes',
      { reviewDecision: 'CHANGES_REQUESTED', mergeability: 'MERGEABLE' },
    ],
    [
      'CHANGES_REQUESTED',
      'NEEDS_YOU',
      'a thread is unresolved',
      { threads: [{ ...THREAD, isResolved: true }, THREAD], reviewDecision: 'APPROVED' },
    ],
    [
      'MERGEABLE',
      'READY_TO_MERGE',
      'mergeable and approved',
      { mergeability: 'MERGEABLE', reviewDecision: 'APPROVED' },
    ],
    [
      'MERGEABLE',
      'READY_TO_MERGE',
      'mergeable, with a review required',
      { mergeability: 'MERGEABLE', reviewDecision: 'REVIEW_REQUIRED' },
    ],
    [
      'MERGEABLE',
      'READY_TO_MERGE',
      'mergeable, with all threads resolved',
      { mergeability: 'MERGEABLE', threads: [{ ...THREAD, isResolved: true }] },
    ],
    [
      'MERGEABLE',
      'READY_TO_MERGE',
      'mergeable, with an open thread of a bot',
      { mergeability: 'MERGEABLE', threads: [{ ...THREAD, isBot: true }] },
    ],
    [
      'APPROVED',
      'IN_REVIEW',
      'approved but blocked',
      { reviewDecision: 'APPROVED', mergeability: 'BLOCKED' },
    ],
    [
      'REVIEW_PENDING',
      'IN_REVIEW',
      'a review is required',
      { reviewDecision: 'REVIEW_REQUIRED', mergeability: 'BLOCKED' },
    ],
    [
      'CONFLICTS',
      'NEEDS_YOU',
      'a conflict outranks a draft and requested changes',
      { ...WORST, ciState: 'PASSING', mergeability: 'CONFLICTING' },
    ],
    ['APPROVED', 'IN_REVIEW', 'approved, while the host computes', { reviewDecision: 'APPROVED' }],
    ['CI_FAILED', 'NEEDS_YOU', 'a required check fails', { requiredCiState: 'FAILING', ciState: 'FAILING' }],
    [
      'MERGEABLE',
      'READY_TO_MERGE',
      'only checks that are not required fail',
      { requiredCiState: 'PASSING', ciState: 'FAILING', mergeability: 'UNSTABLE' },
    ],
    [
      'AWAITING_APPROVAL',
      'NEEDS_YOU',
      'workflows of a draft wait for approval',
      { awaitsApproval: true, state: 'DRAFT', mergeability: 'MERGEABLE' },
    ],
    [
      'QUEUED',
      'IN_REVIEW',
      'in the merge queue',
      { isInMergeQueue: true, mergeability: 'MERGEABLE', reviewDecision: 'APPROVED' },
    ],
    [
      'MERGEABLE',
      'READY_TO_MERGE',
      'an unresolved thread of the author',
      { threads: [{ ...THREAD, isByAuthor: true }], mergeability: 'MERGEABLE' },
    ],
    [
      'MERGEABLE',
      'READY_TO_MERGE',
      'an outdated thread of an approved one that the host would merge',
      { threads: [{ ...THREAD, isOutdated: true }], mergeability: 'MERGEABLE', reviewDecision: 'APPROVED' },
    ],
    [
      'CHANGES_REQUESTED',
      'NEEDS_YOU',
      'an outdated thread of one that is not approved',
      { threads: [{ ...THREAD, isOutdated: true }], mergeability: 'MERGEABLE' },
    ],
    ['PR_OPEN', 'IN_REVIEW', 'CI is pending', { mergeability: 'UNSTABLE', ciState: 'PENDING' }],
    ['PR_OPEN', 'IN_REVIEW', 'no other fact', {}],
    ['MERGED', 'READY_TO_MERGE', 'merged, with any other facts', { ...WORST, state: 'MERGED' }],
    [null, 'WORKING', 'closed, with any other facts', { ...WORST, state: 'CLOSED' }],
  ])('are %s and %s: %s', async ([scmStatus, lane, _why, facts], { sharedTeam: team, agent, psql }) => {
    const found = await statusOf(team, agent, psql, { pullRequests: [pullRequest(facts)] });
    expect(found).toMatchObject({ scmStatus, lane, displayStatus: scmStatus ?? 'IDLE' });
  });
});

describe('scmStatus of several pull requests', () => {
  /** From the worst to the best. */
  const BY_STATUS: [SessionDisplayStatus, Partial<PullRequestFacts>][] = [
    ['CI_FAILED', { ciState: 'FAILING' }],
    ['CONFLICTS', { mergeability: 'CONFLICTING' }],
    ['CHANGES_REQUESTED', { reviewDecision: 'CHANGES_REQUESTED' }],
    ['AWAITING_APPROVAL', { awaitsApproval: true }],
    ['DRAFT', { state: 'DRAFT' }],
    ['REVIEW_PENDING', { reviewDecision: 'REVIEW_REQUIRED' }],
    ['PR_OPEN', {}],
    ['APPROVED', { reviewDecision: 'APPROVED' }],
    ['QUEUED', { isInMergeQueue: true }],
    ['MERGEABLE', { mergeability: 'MERGEABLE' }],
    ['MERGED', { state: 'MERGED' }],
  ];
  const all = BY_STATUS.map(([, facts]) => pullRequest(facts));

  it.for(BY_STATUS.map(([status], index) => [status, all.slice(index).toReversed()] as const))(
    'is %s when no other pull request has a worse status',
    async ([status, pullRequests], { sharedTeam: team, agent, psql }) => {
      expect((await statusOf(team, agent, psql, { pullRequests: [...pullRequests] })).scmStatus).toBe(status);
    },
  );

  const below = pullRequest({ sourceBranch: 'below', mergeability: 'MERGEABLE' });
  const stacked = (facts: Partial<PullRequestFacts>) =>
    pullRequest({ sourceBranch: 'above', targetBranch: 'below', ...facts });
  it.for<[SessionDisplayStatus, why: string, PullRequestFacts[]]>([
    [
      'MERGEABLE',
      'one stacked on a mergeable one awaits review',
      [below, stacked({ reviewDecision: 'REVIEW_REQUIRED' })],
    ],
    ['MERGEABLE', 'one stacked on a mergeable one is open', [below, stacked({})]],
    [
      'MERGEABLE',
      'one stacked on a mergeable one is approved',
      [below, stacked({ reviewDecision: 'APPROVED' })],
    ],
    ['CI_FAILED', 'a stacked one has failing CI', [below, stacked({ ciState: 'FAILING' })]],
    ['DRAFT', 'a stacked one is a draft', [below, stacked({ state: 'DRAFT' })]],
    ['CHANGES_REQUESTED', 'a stacked one has an unresolved thread', [below, stacked({ threads: [THREAD] })]],
    ['DRAFT', 'one is stacked on a draft', [{ ...below, state: 'DRAFT' }, stacked({})]],
    ['PR_OPEN', 'one is stacked on a merged one', [{ ...below, state: 'MERGED' }, stacked({})]],
    ['PR_OPEN', 'one is stacked on a closed one', [{ ...below, state: 'CLOSED' }, stacked({})]],
    [
      'PR_OPEN',
      'the branches match, but the repositories differ',
      [{ ...below, repo: 'other' }, stacked({})],
    ],
    ['PR_OPEN', 'the branch below is one of a fork', [{ ...below, isCrossRepository: true }, stacked({})]],
    [
      'PR_OPEN',
      'empty branch names make no stack',
      [{ ...below, sourceBranch: '' }, stacked({ targetBranch: '' })],
    ],
    [
      'PR_OPEN',
      'one is not stacked on itself',
      [below, pullRequest({ sourceBranch: 'x', targetBranch: 'x' })],
    ],
    [
      'MERGEABLE',
      'three are stacked',
      [below, stacked({}), pullRequest({ sourceBranch: 'top', targetBranch: 'above' })],
    ],
    // Two pull requests that are stacked on each other: without both, none would count.
    [
      'REVIEW_PENDING',
      'all are stacked on each other',
      [
        pullRequest({ sourceBranch: 'a', targetBranch: 'b', reviewDecision: 'REVIEW_REQUIRED' }),
        pullRequest({ sourceBranch: 'b', targetBranch: 'a', mergeability: 'MERGEABLE' }),
      ],
    ],
    [
      'APPROVED',
      'all are stacked on each other, and another is merged',
      [
        pullRequest({ sourceBranch: 'a', targetBranch: 'b', reviewDecision: 'APPROVED' }),
        pullRequest({ sourceBranch: 'b', targetBranch: 'a', mergeability: 'MERGEABLE' }),
        pullRequest({ state: 'MERGED' }),
      ],
    ],
  ])('is %s: %s', async ([status, _why, pullRequests], { sharedTeam: team, agent, psql }) => {
    expect((await statusOf(team, agent, psql, { pullRequests })).scmStatus).toBe(status);
  });

  it('counts a pull request that is stacked on one of another session', async ({
    sharedTeam: team,
    agent,
    psql,
  }) => {
    const [mine = ''] = await writeSessions(psql, team, agent, [
      session({
        pullRequests: [stacked({ mergeability: 'MERGEABLE' }), pullRequest({ reviewDecision: 'APPROVED' })],
      }),
      session({ pullRequests: [below] }),
    ]);
    expect((await team.owner.query(StatusOf, { id: mine })).node).toMatchObject({ scmStatus: 'APPROVED' });
  });
});

describe('scmStatus of a session', () => {
  it('does not depend on the activity of the session', async ({ sharedTeam: team, agent, psql }) => {
    for (const facts of [
      { activityState: 'ACTIVE' },
      { activityState: 'BLOCKED' },
      { isTerminated: true },
    ] as const) {
      expect(await statusOf(team, agent, psql, { ...facts, pullRequests: MANY_OPEN })).toMatchObject({
        scmStatus: 'CI_FAILED',
      });
    }
  });
});

describe('statusChangesAt', () => {
  const AFTER_MS = 90_000;

  it('is 90 seconds after the last activity of an idle agent that has not signalled', async ({
    sharedTeam: team,
    agent,
    psql,
  }) => {
    const { statusChangesAt, activityLastAt } = await statusOf(team, agent, psql, {
      hasAgent: true,
      quietSeconds: 10,
    });
    expect(Date.parse(String(statusChangesAt)) - Date.parse(String(activityLastAt))).toBe(AFTER_MS);
  });

  it.for<[why: string, Partial<SessionFacts>]>([
    ['the time has passed', SILENT],
    ['the session has no agent', {}],
    ['the session is BLOCKED', { hasAgent: true, activityState: 'BLOCKED' }],
    ['the session is EXITED', { hasAgent: true, activityState: 'EXITED' }],
    ['the session is terminated', { hasAgent: true, isTerminated: true }],
    ['a pull request decides the status', { hasAgent: true, pullRequests: [pullRequest()] }],
  ])('is null: %s', async ([_why, facts], { sharedTeam: team, agent, psql }) => {
    expect((await statusOf(team, agent, psql, facts)).statusChangesAt).toBeNull();
  });

  it('is set when the only pull request is closed', async ({ sharedTeam: team, agent, psql }) => {
    const found = await statusOf(team, agent, psql, {
      hasAgent: true,
      pullRequests: [pullRequest({ state: 'CLOSED' })],
    });
    expect(found.statusChangesAt).not.toBeNull();
  });
});

describe('the displayStatus of an agent that has not signalled', () => {
  it('is IDLE at exactly 90 seconds and NO_SIGNAL one millisecond later', async ({
    sharedTeam: team,
    agent,
    psql,
  }) => {
    const [id = ''] = await writeSessions(psql, team, agent, [session({ hasAgent: true })]);
    const at = async (quiet: string) => {
      // now() is constant within a transaction.
      await psql('BEGIN');
      await psql(
        `UPDATE session SET activity_last_at = date_trunc('milliseconds', now()) - $2::interval WHERE id = $1`,
        [uuidOf(id), quiet],
      );
      const [row] = await psql<{ status: string; lane: string; isNow: boolean | null }>(
        `SELECT display_status AS status, lane, status_changes_at = date_trunc('milliseconds', now()) AS "isNow"
           FROM session_status WHERE session_id = $1`,
        [uuidOf(id)],
      );
      await psql('ROLLBACK');
      return row;
    };
    expect(await at('90 s')).toEqual({ status: 'IDLE', lane: 'WORKING', isNow: true });
    expect(await at('90.001 s')).toEqual({ status: 'NO_SIGNAL', lane: 'NEEDS_YOU', isNow: null });
    expect(await at('89.999 s')).toEqual({ status: 'IDLE', lane: 'WORKING', isNow: false });
  });
});
