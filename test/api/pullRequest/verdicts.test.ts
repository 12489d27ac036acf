/** What people see of a pull request agrees with what its host says of it. */
import type {
  CiState,
  Mergeability,
  ReviewDecision,
  SessionDisplayStatus,
  SessionLane,
} from '../../../prisma/client/enums.ts';
import { graphql } from '../../graphql/gql.ts';
import type { MergeabilityReason, VerdictQuery } from '../../graphql/graphql.ts';
import type { GitHubPullRequest } from '../../support/github/github.ts';
import { RefreshPR } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const Verdict = graphql(`
  query Verdict($id: ID!) {
    node(id: $id) {
      ... on PullRequest {
        state
        ciState
        requiredCiState
        awaitsApproval
        reviewDecision
        mergeability
        mergeabilityReasons
        isInMergeQueue
        mergeQueuePosition
        unreadable
        isCrossRepository
        sourceRepo {
          nameWithOwner
        }
        failingChecks {
          nodes {
            name
          }
        }
        unresolvedBy {
          reviewer
          isBot
          count
          outdatedCount
        }
        session {
          displayStatus
          scmStatus
          lane
        }
      }
    }
  }
`);

type Found = Exclude<NonNullable<VerdictQuery['node']>, Record<PropertyKey, never>>;

async function verdict(team: Team, id: string) {
  const { node } = await team.owner.query(Verdict, { id });
  if (!node || !('ciState' in node)) throw new Error('There is no such pull request.');
  const { session, failingChecks, ...rest } = node as Found;
  return { ...rest, ...session, failing: failingChecks.nodes.map(({ name }) => name) };
}

/** The verdict on pull request 7, claimed by a session of its own. */
async function verdictOn(team: Team, facts: Partial<GitHubPullRequest>) {
  team.onGitHub(7, facts);
  const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
  return await verdict(team, pullRequest.id);
}

async function refreshed(team: Team, id: string, facts: Partial<GitHubPullRequest> = {}) {
  team.onGitHub(7, facts);
  succeeded((await team.owner.query(RefreshPR, { input: { pullRequestId: id } })).refreshPR);
  return await verdict(team, id);
}

async function claimed(team: Team, facts: Partial<GitHubPullRequest> = {}) {
  team.onGitHub(7, facts);
  return succeeded(await team.claim((await team.spawn()).id, 7)).pullRequest.id;
}

const minute = (n: number) => new Date(Date.UTC(2026, 0, 2, 10, n));

describe('the reviews of a pull request whose host requires none', () => {
  it.for<[ReviewDecision, SessionDisplayStatus, SessionLane, why: string, Partial<GitHubPullRequest>]>([
    [
      'APPROVED',
      'MERGEABLE',
      'READY_TO_MERGE',
      'a person approved',
      { reviews: [{ author: 'ines', state: 'APPROVED' }] },
    ],
    [
      'CHANGES_REQUESTED',
      'CHANGES_REQUESTED',
      'NEEDS_YOU',
      'one person approved and one requests changes',
      {
        reviews: [
          { author: 'max', state: 'CHANGES_REQUESTED' },
          { author: 'ines', state: 'APPROVED' },
        ],
      },
    ],
    [
      'APPROVED',
      'MERGEABLE',
      'READY_TO_MERGE',
      'a person requested changes and approved later',
      {
        reviews: [
          { author: 'ines', state: 'CHANGES_REQUESTED' },
          { author: 'ines', state: 'APPROVED' },
          { author: 'ines', state: 'COMMENTED' },
        ],
      },
    ],
    [
      'REVIEW_REQUIRED',
      'REVIEW_PENDING',
      'IN_REVIEW',
      'the person who requested changes is asked again',
      { reviews: [{ author: 'ines', state: 'CHANGES_REQUESTED' }], reviewRequests: ['ines'] },
    ],
    [
      'NONE',
      'MERGEABLE',
      'READY_TO_MERGE',
      'only a bot requests changes',
      { reviews: [{ author: { bot: 'linter' }, state: 'CHANGES_REQUESTED' }] },
    ],
    [
      'NONE',
      'MERGEABLE',
      'READY_TO_MERGE',
      'the request for changes was dismissed',
      { reviews: [{ author: 'ines', state: 'DISMISSED' }] },
    ],
    [
      'CHANGES_REQUESTED',
      'CHANGES_REQUESTED',
      'NEEDS_YOU',
      "the host's own word stands, also when the reviewer is asked again",
      {
        reviewDecision: 'CHANGES_REQUESTED',
        mergeStateStatus: 'BLOCKED',
        reviews: [{ author: 'ines', state: 'CHANGES_REQUESTED' }],
        reviewRequests: ['ines'],
      },
    ],
  ])(
    'make it %s and the session %s, %s: %s',
    async ([reviewDecision, scmStatus, lane, _why, facts], { team }) => {
      expect(await verdictOn(team, facts)).toMatchObject({ reviewDecision, scmStatus, lane });
    },
  );
});

describe('a session is ready to merge only when the host would merge now', () => {
  const APPROVED = { reviewDecision: 'APPROVED' };
  it.for<[SessionDisplayStatus, SessionLane, Mergeability, MergeabilityReason[], Partial<GitHubPullRequest>]>(
    [
      ['MERGEABLE', 'READY_TO_MERGE', 'MERGEABLE', [], APPROVED],
      ['MERGEABLE', 'READY_TO_MERGE', 'MERGEABLE', [], { ...APPROVED, mergeStateStatus: 'HAS_HOOKS' }],
      [
        'CONFLICTS',
        'NEEDS_YOU',
        'CONFLICTING',
        ['CONFLICTS'],
        { ...APPROVED, mergeable: 'CONFLICTING', mergeStateStatus: 'DIRTY' },
      ],
      ['APPROVED', 'IN_REVIEW', 'BLOCKED', ['BEHIND_BASE'], { ...APPROVED, mergeStateStatus: 'BEHIND' }],
      [
        'APPROVED',
        'IN_REVIEW',
        'BLOCKED',
        ['BLOCKED_BY_PROVIDER'],
        { ...APPROVED, mergeStateStatus: 'BLOCKED' },
      ],
      [
        'APPROVED',
        'IN_REVIEW',
        'UNKNOWN',
        [],
        { ...APPROVED, mergeable: 'UNKNOWN', mergeStateStatus: 'UNKNOWN' },
      ],
      ['QUEUED', 'IN_REVIEW', 'MERGEABLE', [], { ...APPROVED, mergeQueuePosition: 3 }],
      [
        'MERGEABLE',
        'READY_TO_MERGE',
        'UNSTABLE',
        ['CI_FAILING'],
        {
          mergeStateStatus: 'UNSTABLE',
          checks: [
            { name: 'build', isRequired: true },
            { name: 'lint', conclusion: 'FAILURE' },
          ],
        },
      ],
      [
        'CI_FAILED',
        'NEEDS_YOU',
        'BLOCKED',
        ['CI_FAILING'],
        {
          mergeStateStatus: 'BLOCKED',
          checks: [{ name: 'build', isRequired: true, conclusion: 'FAILURE' }, { name: 'lint' }],
        },
      ],
      [
        'CI_FAILED',
        'NEEDS_YOU',
        'UNSTABLE',
        ['CI_FAILING'],
        { mergeStateStatus: 'UNSTABLE', checks: [{ name: 'lint', conclusion: 'FAILURE' }] },
      ],
    ],
  )('%s, %s, %s, %j: %o', async ([scmStatus, lane, mergeability, mergeabilityReasons, facts], { team }) => {
    expect(await verdictOn(team, facts)).toMatchObject({
      scmStatus,
      lane,
      mergeability,
      mergeabilityReasons,
    });
  });

  it('tells the place in the merge queue', async ({ team }) => {
    expect(await verdictOn(team, { mergeQueuePosition: 3 })).toMatchObject({
      isInMergeQueue: true,
      mergeQueuePosition: 3,
    });
  });
});

describe('of several attempts at a check the newest counts', () => {
  const run = (at: number, conclusion: string | null, more: object = {}) => ({
    databaseId: at,
    name: 'build',
    suite: { id: 1, workflow: 'CI' },
    status: conclusion === null ? 'IN_PROGRESS' : 'COMPLETED',
    conclusion,
    startedAt: minute(at),
    completedAt: conclusion === null ? null : minute(at + 1),
    ...more,
  });
  const suite = (id: number, more: object = {}) => ({
    suite: { id, workflow: 'CI', runNumber: id, ...more },
  });
  const LONG = 'b'.repeat(100);

  it.for<[CiState, why: string, GitHubPullRequest['checks']]>([
    ['PASSING', 'a failed run was re-run', [run(1, 'FAILURE'), run(5, 'SUCCESS')]],
    ['PENDING', 'a failed run is being re-run', [run(1, 'FAILURE'), run(5, null)]],
    ['FAILING', 'a passed run was re-run and failed', [run(1, 'SUCCESS'), run(5, 'FAILURE')]],
    [
      'PASSING',
      'a later run of the workflow cancelled the first',
      [run(1, 'CANCELLED', suite(1)), run(5, 'SUCCESS', suite(2))],
    ],
    [
      'PENDING',
      'a later run of the workflow has not reached the job that failed',
      [run(1, 'FAILURE', { ...suite(1), name: 'test' }), run(5, null, suite(2))],
    ],
    [
      'FAILING',
      'the runs are for different events',
      [run(1, 'FAILURE', suite(1)), run(5, 'SUCCESS', suite(2, { event: 'push' }))],
    ],
    [
      'FAILING',
      'the runs are of different workflows',
      [run(1, 'FAILURE', suite(1)), run(5, 'SUCCESS', suite(2, { workflow: 'Release' }))],
    ],
    [
      'FAILING',
      'the runs are of different apps',
      [
        run(1, 'FAILURE', { suite: { id: 1, app: 'one' } }),
        run(5, 'SUCCESS', { suite: { id: 2, app: 'two' } }),
      ],
    ],
    [
      'FAILING',
      'two jobs of one run share their name, cut at 100 characters',
      [run(1, 'FAILURE', { name: LONG }), run(1, 'SUCCESS', { name: LONG, databaseId: 2 })],
    ],
    [
      'PASSING',
      'of two jobs that share a name, the one that failed was re-run',
      [
        run(1, 'FAILURE', { name: LONG }),
        run(1, 'SUCCESS', { name: LONG, databaseId: 2 }),
        run(5, 'SUCCESS', { name: LONG }),
      ],
    ],
    [
      'FAILING',
      'a commit status has the name of a failed run',
      [run(1, 'FAILURE'), { context: 'CI / build', state: 'SUCCESS' }],
    ],
    ['FAILING', 'a commit status failed', [run(1, 'SUCCESS'), { context: 'CI / build', state: 'FAILURE' }]],
  ])('%s: %s', async ([ciState, _why, checks], { team }) => {
    const found = await verdictOn(team, { checks });
    expect(found.ciState).toBe(ciState);
    expect(found.failing.length > 0).toBe(ciState === 'FAILING');
  });

  it('does not fail by a check that vanished at the same head', async ({ team }) => {
    const id = await claimed(team, { checks: [{ name: 'old', conclusion: 'FAILURE' }, { name: 'build' }] });
    const still = await refreshed(team, id, { checks: [{ name: 'build', conclusion: 'FAILURE' }] });
    expect(still.failing).toEqual(['build']);
    expect(await refreshed(team, id, { checks: [{ name: 'build' }] })).toMatchObject({
      ciState: 'PASSING',
      failing: [],
    });
  });
});

describe('workflows that wait for approval', () => {
  const waiting = { id: 1, workflow: 'CI', conclusion: 'ACTION_REQUIRED' };
  it('need a person, although all checks are green', async ({ team }) => {
    const found = await verdictOn(team, {
      checks: [{ context: 'license', state: 'SUCCESS' }],
      suites: [waiting],
    });
    expect(found).toMatchObject({ awaitsApproval: true, scmStatus: 'AWAITING_APPROVAL', lane: 'NEEDS_YOU' });
  });

  it('wait no longer once a later run was approved', async ({ team }) => {
    const suites = [waiting, { id: 2, workflow: 'CI', runNumber: 2, conclusion: 'SUCCESS' }];
    expect(await verdictOn(team, { suites })).toMatchObject({
      awaitsApproval: false,
      scmStatus: 'MERGEABLE',
    });
  });
});

it("the branch of a fork is no parent of a pull request, whose target has the branch's name", async ({
  team,
}) => {
  team.onGitHub(7, { sourceBranch: 'main', headRepository: { owner: 'stranger', repo: 'rocket' } });
  team.onGitHub(8, { sourceBranch: 'fix', targetBranch: 'main', mergeStateStatus: 'BEHIND' });
  const { id } = await team.spawn();
  const { pullRequest } = succeeded(await team.claim(id, 7));
  succeeded(await team.claim(id, 8));
  expect(await verdict(team, pullRequest.id)).toMatchObject({
    isCrossRepository: true,
    sourceRepo: { nameWithOwner: 'stranger/rocket' },
    scmStatus: 'PR_OPEN',
  });
});

describe('review threads', () => {
  it.for<
    [
      SessionDisplayStatus,
      unresolved: [string, boolean, number, number][],
      why: string,
      Partial<GitHubPullRequest>,
    ]
  >([
    [
      'MERGEABLE',
      [],
      'of the author',
      { threads: [{ comments: [{ author: 'octocat' }, { author: 'ines' }] }] },
    ],
    [
      'CHANGES_REQUESTED',
      [['ines', false, 1, 0]],
      'of a person',
      { threads: [{ comments: [{ author: 'ines' }] }] },
    ],
    [
      'MERGEABLE',
      [['linter', true, 1, 0]],
      'of a bot, which only the author answered',
      { threads: [{ comments: [{ author: { bot: 'linter' } }, { author: 'octocat' }] }] },
    ],
    [
      'CHANGES_REQUESTED',
      [['ines', false, 1, 0]],
      'of a bot, which a person answered',
      { threads: [{ comments: [{ author: { bot: 'linter' } }, { author: 'octocat' }, { author: 'ines' }] }] },
    ],
    [
      'CHANGES_REQUESTED',
      [['zoe', false, 1, 0]],
      'with two comments of one second',
      {
        threads: [
          {
            comments: [
              { id: 'Z', author: 'zoe', createdAt: minute(1) },
              { id: 'A', author: 'ines', createdAt: minute(1) },
            ],
          },
        ],
      },
    ],
    [
      'MERGEABLE',
      [['ines', false, 0, 1]],
      'that are outdated, of an approved pull request that the host would merge',
      { threads: [{ isOutdated: true, comments: [{ author: 'ines' }] }], reviewDecision: 'APPROVED' },
    ],
    [
      'CHANGES_REQUESTED',
      [['ines', false, 1, 1]],
      'that are outdated, beside one that is not',
      {
        threads: [{ isOutdated: true, comments: [{ author: 'ines' }] }, { comments: [{ author: 'ines' }] }],
        reviewDecision: 'APPROVED',
      },
    ],
    [
      'CHANGES_REQUESTED',
      [['ines', false, 0, 1]],
      'that are outdated, of a pull request that is not approved',
      { threads: [{ isOutdated: true, comments: [{ author: 'ines' }] }] },
    ],
  ])('%s, %j: %s', async ([scmStatus, unresolved, _why, facts], { team }) => {
    const found = await verdictOn(team, facts);
    expect(found.scmStatus).toBe(scmStatus);
    expect(
      found.unresolvedBy.map(({ reviewer, isBot, count, outdatedCount }) => [
        reviewer,
        isBot,
        count,
        outdatedCount,
      ]),
    ).toEqual(unresolved);
  });
});

describe('a pull request that is over', () => {
  const conflicting = { mergeable: 'CONFLICTING', mergeStateStatus: 'DIRTY' };
  it.for(['MERGED', 'CLOSED'] as const)('has nothing in its way: %s', async (state, { team }) => {
    const id = await claimed(team, conflicting);
    const over = { state, mergedAt: state === 'MERGED' ? minute(1) : null, closedAt: minute(1) };
    expect(await refreshed(team, id, over)).toMatchObject({
      state,
      mergeability: 'UNKNOWN',
      mergeabilityReasons: [],
    });
  });

  it('is written as merged by a claim that is refused because of it', async ({ team }) => {
    const id = await claimed(team);
    team.onGitHub(7, { state: 'MERGED', mergedAt: minute(1), closedAt: minute(1) });
    const refused = await team.claim((await team.spawn()).id, 7);
    expect(refused).toMatchObject({ __typename: 'PrNotOpenError' });
    expect(await verdict(team, id)).toMatchObject({ state: 'MERGED', scmStatus: 'MERGED' });
  });
});
