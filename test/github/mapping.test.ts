import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GitHubCheck } from '../../src/github/answer.ts';
import { checkRunStatus, checksOf, statusContextStatus } from '../../src/github/checks.ts';
import { reviewDecisionOf } from '../../src/github/decision.ts';
import { rateLimitWait } from '../../src/github/rateLimit.ts';
import { reviewsOf } from '../../src/github/reviews.ts';
import { ciStateOf, mergeabilityOf, stateOf, verdictOf } from '../../src/github/state.ts';
import { webUrl } from '../../src/github/webUrl.ts';

/** GitHub's current values, possible future values, and names that every object has. */
const word = (...known: string[]) =>
  fc.oneof(fc.constantFrom(...known, 'constructor', '__proto__', ''), fc.string());

const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });

const conclusions = ['SUCCESS', 'NEUTRAL', 'FAILURE', 'TIMED_OUT', 'CANCELLED', 'SKIPPED', 'STALE'];
const rollups = ['SUCCESS', 'FAILURE', 'ERROR', 'PENDING', 'EXPECTED'];
const decisions = ['APPROVED', 'CHANGES_REQUESTED', 'REVIEW_REQUIRED'];

const checkRun = fc.record({
  __typename: fc.constant('CheckRun' as const),
  id: fc.string(),
  name: fc.constantFrom('build', 'test', 'lint', 'CI / build'),
  status: word('COMPLETED', 'IN_PROGRESS', 'QUEUED'),
  conclusion: orNull(word(...conclusions)),
  detailsUrl: orNull(fc.string()),
  url: fc.string(),
  checkSuite: fc.record({
    workflowRun: orNull(fc.record({ workflow: fc.record({ name: fc.constantFrom('CI', 'Release') }) })),
  }),
});

const statusContext = fc.record({
  __typename: fc.constant('StatusContext' as const),
  id: fc.string(),
  context: fc.constantFrom('build', 'ci/remote'),
  state: word(...rollups),
  targetUrl: orNull(fc.string()),
});

const check: fc.Arbitrary<GitHubCheck> = fc.oneof(checkRun, statusContext);
/** Unique ids, as on GitHub. */
const checks = fc.uniqueArray(check, { selector: (check) => check.id });
const shuffled = checks.chain((list) =>
  fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
);

describe('checks of a commit', () => {
  it('are the same in whatever order GitHub lists them', () => {
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(checksOf('sha', other)).toEqual(checksOf('sha', list));
      }),
    );
  });

  it('have each name exactly once', () => {
    fc.assert(
      fc.property(checks, (list) => {
        const names = checksOf('sha', list).map((check) => check.name);
        expect(new Set(names).size).toBe(names.length);
        expect(new Set(names)).toEqual(new Set(list.flatMap((each) => checksOf('sha', [each])[0]?.name)));
      }),
    );
  });

  it('hide no failure behind another run of the same name', () => {
    fc.assert(
      fc.property(checks, (list) => {
        const failed = list
          .flatMap((each) => checksOf('sha', [each]))
          .filter((each) => each.status === 'FAILED');
        const reported = checksOf('sha', list).filter((check) => check.status === 'FAILED');
        expect(new Set(reported.map((check) => check.name))).toEqual(
          new Set(failed.map((check) => check.name)),
        );
      }),
    );
  });

  it('have a conclusion only when they have an outcome', () => {
    fc.assert(
      fc.property(checks, (list) => {
        for (const { status, conclusion } of checksOf('sha', list)) {
          if (status === 'QUEUED' || status === 'IN_PROGRESS') expect(conclusion).toBe('');
          if (conclusion === '') expect(['QUEUED', 'IN_PROGRESS', 'UNKNOWN']).toContain(status);
        }
      }),
    );
  });
});

describe('mergeability', () => {
  const facts = fc.record({
    state: fc.constantFrom('OPEN', 'DRAFT', 'MERGED', 'CLOSED'),
    mergeable: word('MERGEABLE', 'CONFLICTING', 'UNKNOWN'),
    mergeStateStatus: word(
      'CLEAN',
      'DIRTY',
      'BLOCKED',
      'BEHIND',
      'UNSTABLE',
      'HAS_HOOKS',
      'UNKNOWN',
      'DRAFT',
    ),
    isDraft: fc.boolean(),
    ciState: fc.constantFrom('UNKNOWN', 'PENDING', 'PASSING', 'FAILING'),
    reviewDecision: fc.constantFrom('NONE', 'APPROVED', 'CHANGES_REQUESTED', 'REVIEW_REQUIRED'),
  });

  it('is MERGEABLE only if GitHub says so and nothing blocks', () => {
    fc.assert(
      fc.property(facts, (each) => {
        if (mergeabilityOf(each) !== 'MERGEABLE') return;
        expect(each).toMatchObject({ mergeable: 'MERGEABLE', isDraft: false });
        expect(['CLEAN', 'HAS_HOOKS', '']).toContain(each.mergeStateStatus);
        expect(each.ciState).not.toBe('FAILING');
        expect(['NONE', 'APPROVED']).toContain(each.reviewDecision);
      }),
    );
  });

  it('is CONFLICTING whatever else is wrong, unless the pull request is over', () => {
    fc.assert(
      fc.property(facts, (each) => {
        const isOpen = each.state === 'OPEN' || each.state === 'DRAFT';
        const conflicts = isOpen && (each.mergeable === 'CONFLICTING' || each.mergeStateStatus === 'DIRTY');
        expect(mergeabilityOf(each) === 'CONFLICTING').toBe(conflicts);
      }),
    );
  });

  it('treats a missing state of an old Enterprise version as clean', () => {
    const rest = { state: 'OPEN', isDraft: false, ciState: 'PASSING', reviewDecision: 'NONE' } as const;
    expect(mergeabilityOf({ mergeable: 'MERGEABLE', mergeStateStatus: '', ...rest })).toBe('MERGEABLE');
  });
});

it('unknown values of GitHub map to the neutral value', () => {
  const known = [
    ...rollups,
    ...conclusions,
    ...decisions,
    'ACTION_REQUIRED',
    'STARTUP_FAILURE',
    'MERGED',
    'CLOSED',
  ];
  const unknown = fc
    .oneof(fc.constantFrom('constructor', '__proto__', 'toString', ''), fc.string())
    .filter((each) => !known.includes(each));
  fc.assert(
    fc.property(unknown, (each) => {
      expect(ciStateOf(each)).toBe('UNKNOWN');
      const decision = {
        reviewDecision: each,
        latestOpinionatedReviews: [],
        reviewRequests: [],
        author: null,
      };
      expect(reviewDecisionOf(decision)).toBe('NONE');
      expect(verdictOf(each)).toBe('NONE');
      expect(checkRunStatus('COMPLETED', each)).toBe('UNKNOWN');
      expect(statusContextStatus(each)).toBe('UNKNOWN');
      expect(stateOf({ state: each, isDraft: false })).toBe('OPEN');
    }),
  );
});

it('a review that was not submitted is left out', () => {
  const review = { id: 'R_1', author: null, body: '', url: '', submittedAt: null };
  expect(reviewsOf([{ ...review, state: 'PENDING' }], new Date())).toEqual([]);
});

it('links are web URLs or empty, whatever a check reports', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.webUrl(), fc.string(), fc.constantFrom('javascript:alert(1)', 'data:,x', '//x')),
      (url) => {
        expect(webUrl(url)).toMatch(/^$|^https?:/);
      },
    ),
  );
});

it("the rate limit's wait is at least one whole second, whatever the headers", () => {
  const header = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.double().map(String),
    fc.constant(undefined),
  );
  fc.assert(
    fc.property(
      fc.record({
        'retry-after': header,
        'x-ratelimit-remaining': header,
        'x-ratelimit-reset': header,
        date: header,
      }),
      (headers) => {
        const wait = rateLimitWait({ status: 429, headers, errors: [] });
        expect(wait).toSatisfy((seconds: number | null) => Number.isInteger(seconds) && Number(seconds) >= 1);
      },
    ),
  );
});
