/** What people see of a session: every rule there is, one row each. */

import type { SessionDisplayStatus, SessionLane } from '../../../prisma/client/enums.ts';
import { graphql } from '../../graphql/gql.ts';
import {
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
/** Of an agent that could signal and did not, long ago. */
const SILENT = { hasAgent: true, quietSeconds: 100 };

describe('a session is shown', () => {
  it.for<[SessionDisplayStatus, SessionLane, why: string, Partial<SessionFacts>]>([
    // Terminated: what counts is whether one was merged.
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
    // What it is doing, whatever its pull requests say.
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
    // Idle: what its pull requests say.
    ['CI_FAILED', 'NEEDS_YOU', 'idle, with pull requests', { pullRequests: MANY_OPEN }],
    ['MERGED', 'READY_TO_MERGE', 'idle, all merged', { pullRequests: [pullRequest({ state: 'MERGED' })] }],
    ['PR_OPEN', 'IN_REVIEW', 'silent, with a pull request', { ...SILENT, pullRequests: [pullRequest()] }],
    // Idle, and they say nothing: whether it should have been heard of.
    ['NO_SIGNAL', 'NEEDS_YOU', 'an agent silent for long', SILENT],
    [
      'NO_SIGNAL',
      'NEEDS_YOU',
      'silent, one closed',
      { ...SILENT, pullRequests: [pullRequest({ state: 'CLOSED' })] },
    ],
    ['IDLE', 'WORKING', 'an agent silent for a moment', { ...SILENT, quietSeconds: 30 }],
    ['IDLE', 'WORKING', 'an agent that has signalled', { ...SILENT, hasSignalled: true }],
    ['IDLE', 'WORKING', 'nobody could signal', { ...SILENT, hasAgent: false }],
    ['IDLE', 'WORKING', 'idle', {}],
    ['IDLE', 'WORKING', 'idle, one closed', { pullRequests: [pullRequest({ state: 'CLOSED' })] }],
  ])('%s in %s: %s', async ([displayStatus, lane, _why, facts], { sharedTeam: team, agent, psql }) => {
    expect(await statusOf(team, agent, psql, facts)).toMatchObject({ displayStatus, lane });
  });
});

describe('one pull request says', () => {
  const WORST: Partial<PullRequestFacts> = {
    ciState: 'FAILING',
    state: 'DRAFT',
    reviewDecision: 'CHANGES_REQUESTED',
    threads: [THREAD],
    mergeability: 'MERGEABLE',
  };
  it.for<[SessionDisplayStatus | null, SessionLane, why: string, Partial<PullRequestFacts>]>([
    ['CI_FAILED', 'NEEDS_YOU', 'failing comes first', WORST],
    ['DRAFT', 'IN_REVIEW', 'then the draft', { ...WORST, ciState: 'PASSING' }],
    [
      'CHANGES_REQUESTED',
      'NEEDS_YOU',
      'then what is asked for',
      { ...WORST, ciState: 'PENDING', state: 'OPEN' },
    ],
    [
      'CHANGES_REQUESTED',
      'NEEDS_YOU',
      'by a review',
      { reviewDecision: 'CHANGES_REQUESTED', mergeability: 'MERGEABLE' },
    ],
    [
      'CHANGES_REQUESTED',
      'NEEDS_YOU',
      'by a thread',
      { threads: [{ ...THREAD, isResolved: true }, THREAD], reviewDecision: 'APPROVED' },
    ],
    [
      'MERGEABLE',
      'READY_TO_MERGE',
      'then mergeable',
      { mergeability: 'MERGEABLE', reviewDecision: 'APPROVED' },
    ],
    [
      'MERGEABLE',
      'READY_TO_MERGE',
      'a review required or not',
      { mergeability: 'MERGEABLE', reviewDecision: 'REVIEW_REQUIRED' },
    ],
    [
      'MERGEABLE',
      'READY_TO_MERGE',
      'threads resolved',
      { mergeability: 'MERGEABLE', threads: [{ ...THREAD, isResolved: true }] },
    ],
    [
      'MERGEABLE',
      'READY_TO_MERGE',
      'threads of bots',
      { mergeability: 'MERGEABLE', threads: [{ ...THREAD, isBot: true }] },
    ],
    ['APPROVED', 'READY_TO_MERGE', 'then approved', { reviewDecision: 'APPROVED', mergeability: 'BLOCKED' }],
    [
      'REVIEW_PENDING',
      'IN_REVIEW',
      'then awaiting review',
      { reviewDecision: 'REVIEW_REQUIRED', mergeability: 'CONFLICTING' },
    ],
    ['PR_OPEN', 'IN_REVIEW', 'else open', { mergeability: 'UNSTABLE', ciState: 'PENDING' }],
    ['PR_OPEN', 'IN_REVIEW', 'else open', {}],
    ['MERGED', 'READY_TO_MERGE', 'merged, whatever else', { ...WORST, state: 'MERGED' }],
    [null, 'WORKING', 'closed, whatever else', { ...WORST, state: 'CLOSED' }],
  ])('%s in %s: %s', async ([scmStatus, lane, _why, facts], { sharedTeam: team, agent, psql }) => {
    const found = await statusOf(team, agent, psql, { pullRequests: [pullRequest(facts)] });
    expect(found).toMatchObject({ scmStatus, lane, displayStatus: scmStatus ?? 'IDLE' });
  });
});

describe('many pull requests say', () => {
  /** From the worst on. */
  const BY_STATUS: [SessionDisplayStatus, Partial<PullRequestFacts>][] = [
    ['CI_FAILED', { ciState: 'FAILING' }],
    ['CHANGES_REQUESTED', { reviewDecision: 'CHANGES_REQUESTED' }],
    ['DRAFT', { state: 'DRAFT' }],
    ['REVIEW_PENDING', { reviewDecision: 'REVIEW_REQUIRED' }],
    ['PR_OPEN', {}],
    ['APPROVED', { reviewDecision: 'APPROVED' }],
    ['MERGEABLE', { mergeability: 'MERGEABLE' }],
    ['MERGED', { state: 'MERGED' }],
  ];
  const all = BY_STATUS.map(([, facts]) => pullRequest(facts));

  it.for(BY_STATUS.map(([status], index) => [status, all.slice(index).toReversed()] as const))(
    '%s when none is worse',
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
      'stacked on it, and awaiting review',
      [below, stacked({ reviewDecision: 'REVIEW_REQUIRED' })],
    ],
    ['MERGEABLE', 'stacked on it, and open', [below, stacked({})]],
    ['MERGEABLE', 'stacked on it, and approved', [below, stacked({ reviewDecision: 'APPROVED' })]],
    ['CI_FAILED', 'stacked, and failing', [below, stacked({ ciState: 'FAILING' })]],
    ['DRAFT', 'stacked, and a draft', [below, stacked({ state: 'DRAFT' })]],
    ['CHANGES_REQUESTED', 'stacked, and changes asked for', [below, stacked({ threads: [THREAD] })]],
    ['DRAFT', 'stacked on a draft', [{ ...below, state: 'DRAFT' }, stacked({})]],
    ['PR_OPEN', 'what it was stacked on is merged', [{ ...below, state: 'MERGED' }, stacked({})]],
    ['PR_OPEN', 'what it was stacked on is closed', [{ ...below, state: 'CLOSED' }, stacked({})]],
    ['PR_OPEN', 'the same branches in another repository', [{ ...below, repo: 'other' }, stacked({})]],
    [
      'PR_OPEN',
      'no stack by the lack of a name',
      [{ ...below, sourceBranch: '' }, stacked({ targetBranch: '' })],
    ],
    ['PR_OPEN', 'no stack on itself', [below, pullRequest({ sourceBranch: 'x', targetBranch: 'x' })]],
    [
      'MERGEABLE',
      'a stack of three',
      [below, stacked({}), pullRequest({ sourceBranch: 'top', targetBranch: 'above' })],
    ],
    // Two of which each is stacked on the other: none is left, so both count.
    [
      'REVIEW_PENDING',
      'all are stacked',
      [
        pullRequest({ sourceBranch: 'a', targetBranch: 'b', reviewDecision: 'REVIEW_REQUIRED' }),
        pullRequest({ sourceBranch: 'b', targetBranch: 'a', mergeability: 'MERGEABLE' }),
      ],
    ],
    [
      'APPROVED',
      'all are stacked, one was merged',
      [
        pullRequest({ sourceBranch: 'a', targetBranch: 'b', reviewDecision: 'APPROVED' }),
        pullRequest({ sourceBranch: 'b', targetBranch: 'a', mergeability: 'MERGEABLE' }),
        pullRequest({ state: 'MERGED' }),
      ],
    ],
  ])('%s: %s', async ([status, _why, pullRequests], { sharedTeam: team, agent, psql }) => {
    expect((await statusOf(team, agent, psql, { pullRequests })).scmStatus).toBe(status);
  });

  it('MERGEABLE when what one is stacked on is another session’s', async ({
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

describe('scmStatus', () => {
  it('says what the pull requests say, whatever the session does', async ({
    sharedTeam: team,
    agent,
    psql,
  }) => {
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

  it('is 90 seconds after an idle agent was last heard of, while it has not signalled', async ({
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
    ['it has passed', SILENT],
    ['it has signalled', { hasAgent: true, hasSignalled: true }],
    ['it has no agent', {}],
    ['it works', { hasAgent: true, activityState: 'ACTIVE' }],
    ['it waits for a person', { hasAgent: true, activityState: 'BLOCKED' }],
    ['it has exited', { hasAgent: true, activityState: 'EXITED' }],
    ['it is terminated', { hasAgent: true, isTerminated: true }],
    ['its pull requests say what it is', { hasAgent: true, pullRequests: [pullRequest()] }],
  ])('is null: %s', async ([_why, facts], { sharedTeam: team, agent, psql }) => {
    expect((await statusOf(team, agent, psql, facts)).statusChangesAt).toBeNull();
  });

  it('is there when its pull requests say nothing', async ({ sharedTeam: team, agent, psql }) => {
    const found = await statusOf(team, agent, psql, {
      hasAgent: true,
      pullRequests: [pullRequest({ state: 'CLOSED' })],
    });
    expect(found.statusChangesAt).not.toBeNull();
  });
});

describe('an agent that has not signalled', () => {
  it('is NO_SIGNAL from the first millisecond after 90 seconds, and IDLE at exactly 90', async ({
    sharedTeam: team,
    agent,
    psql,
  }) => {
    const [id = ''] = await writeSessions(psql, team, agent, [session({ hasAgent: true })]);
    const at = async (quiet: string) => {
      // One transaction has one now.
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
