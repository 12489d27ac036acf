/**
 * The status of a session against tables in GitHub's own words. They are written from the documentation of its enums
 * (MergeStateStatus, CheckConclusionState, CheckStatusState, StatusState, PullRequestReviewDecision), and every cell is
 * tried with random answers of GitHub that belong to it.
 */
import fc from 'fast-check';
import type { SessionDisplayStatus, SessionLane } from '../../../prisma/client/enums.ts';
import { graphql } from '../../graphql/gql.ts';
import { table } from '../../security/table.ts';
import type { GitHubPullRequest } from '../../support/github/github.ts';
import type { GitHubReview, GitHubThread } from '../../support/github/githubPullRequest.ts';
import { RefreshPR, SpawnSession } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { expect, test } from '../../support/test.ts';

const Shown = graphql(`
  query ShownStatus($id: ID!) {
    node(id: $id) {
      ... on Session {
        displayStatus
        lane
      }
    }
  }
`);

/** Claims at a time. */
const CONCURRENCY = 8;

// ── The tables ───────────────────────────────────────────────────────────────────────────────────────────────────────

const REVIEWS = ['NONE', 'APPROVED', 'REVIEW_REQUIRED', 'CHANGES_REQUESTED'] as const;
type Review = (typeof REVIEWS)[number];

/**
 * The verdicts, by the result of the checks that count, GitHub's merge state and the result of the reviews. The test tries
 * each of the values that a blank separates. It draws one of the values that a slash separates.
 */
const OPEN = table<'merge' | Review>(`
  checks         | merge                  | NONE      | APPROVED  | REVIEW_REQUIRED | CHANGES_REQUESTED
  pass none wait | CLEAN/HAS_HOOKS        | MERGEABLE | MERGEABLE | REVIEW_PENDING  | CHANGES_REQUESTED
  pass           | UNSTABLE               | MERGEABLE | MERGEABLE | REVIEW_PENDING  | CHANGES_REQUESTED
  none wait      | UNSTABLE               | PR_OPEN   | APPROVED  | REVIEW_PENDING  | CHANGES_REQUESTED
  pass/none/wait | BLOCKED BEHIND UNKNOWN | PR_OPEN   | APPROVED  | REVIEW_PENDING  | CHANGES_REQUESTED
  pass/none/wait | DIRTY                  | CONFLICTS | CONFLICTS | CONFLICTS       | CONFLICTS
  fail           | ANY                    | CI_FAILED | CI_FAILED | CI_FAILED       | CI_FAILED
`);
const DRAFT = table<'merge' | Review>(`
  checks         | merge                  | NONE      | APPROVED  | REVIEW_REQUIRED | CHANGES_REQUESTED
  pass/none/wait | CLEAN/HAS_HOOKS/DRAFT  | DRAFT     | DRAFT     | DRAFT           | DRAFT
  pass/none/wait | UNSTABLE/UNKNOWN       | DRAFT     | DRAFT     | DRAFT           | DRAFT
  pass/none/wait | BLOCKED/BEHIND         | DRAFT     | DRAFT     | DRAFT           | DRAFT
  pass/none/wait | DIRTY                  | CONFLICTS | CONFLICTS | CONFLICTS       | CONFLICTS
  fail           | ANY                    | CI_FAILED | CI_FAILED | CI_FAILED       | CI_FAILED
`);
const ANY = 'CLEAN/HAS_HOOKS/UNSTABLE/BLOCKED/BEHIND/UNKNOWN/DIRTY';

const MERGEABLE_OF: Record<string, string> = { DIRTY: 'CONFLICTING', UNKNOWN: 'UNKNOWN' };

/** The status of a check run with its conclusion, or the state of a commit status. */
const CHECKS = {
  pass: ['COMPLETED SUCCESS', 'COMPLETED NEUTRAL', 'COMPLETED SKIPPED', 'COMPLETED STALE', 'SUCCESS'],
  wait: ['QUEUED', 'IN_PROGRESS', 'REQUESTED', 'WAITING', 'PENDING', 'status PENDING', 'EXPECTED'],
  fail: [
    'COMPLETED FAILURE',
    'COMPLETED TIMED_OUT',
    'COMPLETED CANCELLED',
    'COMPLETED ACTION_REQUIRED',
    'COMPLETED STARTUP_FAILURE',
    'FAILURE',
    'ERROR',
  ],
};
type Result = keyof typeof CHECKS;
/** The results that do not change a result. */
const BESIDE: Record<Result, Result[]> = {
  pass: ['pass'],
  wait: ['pass', 'wait'],
  fail: ['pass', 'wait', 'fail'],
};

/** GitHub's decision, the reviews in their order, and the people who are asked (again). */
type Opinions = [decision: string | null, reviews: string[], asked?: string[]];
const OPINIONS: Record<Review, Opinions[]> = {
  NONE: [
    [null, []],
    [null, [], ['ines']],
    [null, ['ines COMMENTED']],
    [null, ['bot APPROVED', 'octocat COMMENTED']],
  ],
  APPROVED: [
    ['APPROVED', ['ines APPROVED']],
    [null, ['ines APPROVED']],
    [null, ['ines CHANGES_REQUESTED', 'ines APPROVED']],
    [null, ['ines APPROVED', 'ines COMMENTED', 'bot CHANGES_REQUESTED']],
  ],
  REVIEW_REQUIRED: [
    ['REVIEW_REQUIRED', []],
    ['REVIEW_REQUIRED', ['ines APPROVED']],
    [null, ['ines CHANGES_REQUESTED'], ['ines']],
  ],
  CHANGES_REQUESTED: [
    ['CHANGES_REQUESTED', ['ines CHANGES_REQUESTED']],
    ['CHANGES_REQUESTED', ['ines CHANGES_REQUESTED'], ['ines']],
    [null, ['ines CHANGES_REQUESTED', 'ada APPROVED']],
    [null, ['ada CHANGES_REQUESTED', 'ines CHANGES_REQUESTED'], ['ines']],
  ],
};

/** What else there may be, and the status that it makes of each; a status that is not listed stays. */
const BESIDES: Record<string, { facts: Partial<GitHubPullRequest>; makes: Record<string, string> }> = {
  nothing: { facts: {}, makes: {} },
  "a person's thread": { facts: { threads: [{}] }, makes: all('CHANGES_REQUESTED') },
  'an outdated thread': { facts: { threads: [{ isOutdated: true }] }, makes: all('CHANGES_REQUESTED') },
  'a resolved thread': { facts: { threads: [{ isResolved: true }] }, makes: {} },
  "a bot's thread": { facts: { threads: [threadOf({ bot: 'lint' })] }, makes: {} },
  "the author's thread": { facts: { threads: [threadOf('octocat')] }, makes: {} },
  'a workflow that waits for approval': {
    facts: { suites: [{ id: 9, workflow: 'CI', conclusion: 'ACTION_REQUIRED' }] },
    makes: { ...all('AWAITING_APPROVAL'), DRAFT: 'AWAITING_APPROVAL' },
  },
  'a place in the merge queue': { facts: { mergeQueuePosition: 2 }, makes: all('QUEUED') },
};

const LANES: Record<string, SessionLane> = {
  CI_FAILED: 'NEEDS_YOU',
  CONFLICTS: 'NEEDS_YOU',
  CHANGES_REQUESTED: 'NEEDS_YOU',
  AWAITING_APPROVAL: 'NEEDS_YOU',
  DRAFT: 'IN_REVIEW',
  REVIEW_PENDING: 'IN_REVIEW',
  PR_OPEN: 'IN_REVIEW',
  APPROVED: 'IN_REVIEW',
  QUEUED: 'IN_REVIEW',
  MERGEABLE: 'READY_TO_MERGE',
  MERGED: 'READY_TO_MERGE',
  IDLE: 'WORKING',
};

function all(status: string): Record<string, string> {
  return { MERGEABLE: status, APPROVED: status, REVIEW_PENDING: status, PR_OPEN: status };
}

function threadOf(author: GitHubReview['author']): GitHubThread {
  return { comments: [{ author }] };
}

// ── Random answers ───────────────────────────────────────────────────────────────────────────────────────────────────

type Case = { name: string; facts: Partial<GitHubPullRequest>; status: SessionDisplayStatus };

const wordOf = (...results: Result[]) => fc.constantFrom(...results.flatMap((result) => CHECKS[result]));

function checkOf(word: string, at: number, isRequired: boolean): GitHubPullRequest['checks'][number] {
  const name = `check ${at}`;
  const [status, conclusion] = word.split(' ') as [string, string?];
  if (status === 'status') return { context: name, state: conclusion ?? '', isRequired };
  const isState = ['SUCCESS', 'EXPECTED', 'FAILURE', 'ERROR'].includes(status);
  return isState ? { context: name, state: status, isRequired } : { name, status, conclusion, isRequired };
}

/** Where checks are required, only those count. */
function checksOf(result: string): fc.Arbitrary<GitHubPullRequest['checks']> {
  if (result === 'none') return fc.constant([]);
  const counting = fc.tuple(
    wordOf(result as Result),
    fc.array(wordOf(...BESIDE[result as Result]), { maxLength: 2 }),
  );
  const others = fc.array(wordOf('pass', 'wait', 'fail'), { maxLength: 2 });
  return fc.tuple(counting, others, fc.boolean()).map(([[first, more], others, isRequired]) => {
    const required = [first, ...more].map((word, at) => checkOf(word, at, isRequired));
    return isRequired ? [...required, ...others.map((word, at) => checkOf(word, at + 9, false))] : required;
  });
}

function reviewsOf(review: Review): fc.Arbitrary<Partial<GitHubPullRequest>> {
  return fc.constantFrom(...OPINIONS[review]).map(([reviewDecision, reviews, reviewRequests = []]) => ({
    reviewDecision,
    reviewRequests,
    reviews: reviews.map((each, at) => {
      const [author = '', state = ''] = each.split(' ');
      const submittedAt = new Date(Date.UTC(2026, 0, 2, 9, at));
      return { author: author === 'bot' ? { bot: 'lint' } : author, state, submittedAt };
    }),
  }));
}

const drawn = (values: string) => fc.constantFrom(...values.replace('ANY', ANY).split('/'));

/** A random answer for each cell of a table. */
function casesOf(cells: typeof OPEN, isDraft: boolean): fc.Arbitrary<Case>[] {
  const rows = cells.flatMap((row) =>
    row.name.split(' ').flatMap((checks) => row.merge.split(' ').map((merge) => ({ ...row, checks, merge }))),
  );
  return rows.flatMap((row) => REVIEWS.map((review) => caseOf(row, review, isDraft)));
}

function caseOf(
  row: Record<Review | 'checks' | 'merge', string>,
  review: Review,
  isDraft: boolean,
): fc.Arbitrary<Case> {
  const answers = fc.record({
    checks: drawn(row.checks).chain(checksOf),
    merge: drawn(row.merge),
    reviews: reviewsOf(review),
    besides: fc.constantFrom(...Object.keys(BESIDES)),
  });
  return answers.map(({ checks, merge, reviews, besides }) => {
    const { facts = {}, makes = {} } = BESIDES[besides] ?? {};
    const status = row[review];
    // An outdated thread decides nothing where the host says CLEAN and APPROVED.
    const isSettled =
      besides === 'an outdated thread' && review === 'APPROVED' && ['CLEAN', 'HAS_HOOKS'].includes(merge);
    // A draft whose workflows wait for approval is no longer quiet: what its reviews ask for counts.
    const isAsked = status === 'DRAFT' && makes.DRAFT && review === 'CHANGES_REQUESTED';
    const made = isSettled ? status : isAsked ? review : (makes[status] ?? status);
    const mergeState = { mergeStateStatus: merge, mergeable: MERGEABLE_OF[merge] ?? 'MERGEABLE' };
    return {
      name: `${isDraft ? 'draft, ' : ''}checks ${row.checks}, ${row.merge}, ${review}, with ${besides}`,
      facts: { isDraft, ...mergeState, ...reviews, checks, ...facts },
      status: made as SessionDisplayStatus,
    };
  });
}

// ── The test ─────────────────────────────────────────────────────────────────────────────────────────────────────────

let number = 0;

/** The session that claims a pull request with facts, and the pull request's number. */
async function claim(team: Team, facts: Partial<GitHubPullRequest>) {
  number += 1;
  const claimed = number;
  team.onGitHub(claimed, facts);
  const input = { projectId: team.project.id, claimPR: { pr: `#${claimed}` } };
  const spawned = succeeded((await team.owner.query(SpawnSession, { input })).spawnSession);
  return { ...spawned, number: claimed };
}

/** Compares the status that is shown of the session of each case with the status of the case. */
async function expectAll(team: Team, cases: Case[], sessionOf: (each: Case) => Promise<string>) {
  const found: Record<string, string> = {};
  const waiting = [...cases];
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (let each = waiting.pop(); each; each = waiting.pop()) {
        const { node } = await team.owner.query(Shown, { id: await sessionOf(each) });
        found[each.name] = Object.values(node ?? {}).join(' ');
      }
    }),
  );
  expect(found).toEqual(
    Object.fromEntries(cases.map(({ name, status }) => [name, `${status} ${LANES[status]}`])),
  );
}

const cells = [...casesOf(OPEN, false), ...casesOf(DRAFT, true)];

test('every answer of GitHub about an open pull request gives the status of its cell', async ({ team }) => {
  await fc.assert(
    fc.asyncProperty(fc.tuple(...cells), async (cases) => {
      await expectAll(team, cases, async ({ facts }) => (await claim(team, facts)).session.id);
    }),
    { numRuns: 1, endOnFailure: true },
  );
});

test('what is over gives MERGED or nothing, whatever else GitHub says', async ({ team }) => {
  const cases = fc
    .tuple(
      fc.constantFrom(...cells).chain((each) => each),
      fc.constantFrom('MERGED', 'CLOSED'),
    )
    .map(([{ name, facts }, state]) => ({
      name: `${state}, ${name}`,
      facts: { ...facts, state } as Partial<GitHubPullRequest>,
      status: (state === 'MERGED' ? 'MERGED' : 'IDLE') as SessionDisplayStatus,
    }));
  await fc.assert(
    fc.asyncProperty(fc.array(cases, { minLength: 12, maxLength: 12 }), async (cases) => {
      await expectAll(team, cases, async ({ facts }) => {
        const { session, pullRequest, number } = await claim(team, { ...facts, state: 'OPEN' });
        team.onGitHub(number, facts);
        const input = { pullRequestId: pullRequest?.id ?? '' };
        succeeded((await team.owner.query(RefreshPR, { input })).refreshPR);
        return session.id;
      });
    }),
    { numRuns: 1, endOnFailure: true },
  );
});
