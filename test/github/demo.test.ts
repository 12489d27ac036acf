import { describe, expect, it } from 'vitest';
import { PrNotFoundError } from '../../src/errors/errors.ts';
import { demoPullRequests } from '../../src/github/demo.ts';
import fixture from '../../src/github/demo-pull-requests.json' with { type: 'json' };
import { demoFixture } from '../../src/github/demoFixture.ts';
import { mergeabilityOf } from '../../src/github/state.ts';
import type { PullRequestFacts } from '../../src/services/port/pullRequestSource.ts';

const startedAt = new Date('2026-05-04T12:00:00Z');
const source = demoPullRequests(startedAt);
const name = { host: 'github.com', owner: 'acme', repo: 'rocket' };
const numbers = fixture.pullRequests.map((pr) => pr.number);
const all = () => Promise.all(numbers.map((number) => source.fetch({ ...name, number })));

describe('the demo', () => {
  it.each([
    [7, { state: 'OPEN', ciState: 'PASSING', reviewDecision: 'APPROVED', mergeability: 'MERGEABLE' }],
    [11, { state: 'DRAFT', isDraft: true, mergeability: 'BLOCKED' }],
    [12, { state: 'OPEN', ciState: 'FAILING', reviewDecision: 'CHANGES_REQUESTED' }],
    [42, { state: 'OPEN', ciState: 'PENDING', reviewDecision: 'REVIEW_REQUIRED' }],
    [5, { state: 'MERGED', mergedAt: expect.any(Date), closedAt: expect.any(Date) }],
    [9, { state: 'CLOSED', mergedAt: null, closedAt: expect.any(Date) }],
    [114, { state: 'OPEN', mergeability: 'CONFLICTING' }],
    [111, { state: 'OPEN', reviewDecision: 'APPROVED', mergeability: 'UNSTABLE' }],
  ])('knows pull request %i', async (number, expected) => {
    const facts = await source.fetch({ ...name, number });
    expect(facts).toMatchObject({ ...expected, coordinates: { ...name, number } });
    expect(facts.url).toBe(`https://github.com/acme/rocket/pull/${number}`);
  });

  it('has unresolved threads of people and of a bot', async () => {
    const { reviewThreads, reviews } = await source.fetch({ ...name, number: 12 });
    const open = reviewThreads.filter((thread) => !thread.isResolved);
    expect(open.filter((thread) => !thread.isBot).length).toBeGreaterThan(0);
    expect(open.filter((thread) => thread.isBot).length).toBeGreaterThan(0);
    expect(reviews.some((review) => review.isBot)).toBe(true);
  });

  it('finds names regardless of letter case', async () => {
    const facts = await source.fetch({ host: 'GitHub.com', owner: 'ACME', repo: 'Rocket', number: 7 });
    expect(facts.coordinates).toEqual({ ...name, number: 7 });
  });

  it.each([{ number: 8 }, { repo: 'plane' }, { owner: 'orbit' }, { host: 'git.example' }])(
    'knows nothing of %o',
    async (other) => {
      await expect(source.fetch({ ...name, number: 7, ...other })).rejects.toThrow(PrNotFoundError);
    },
  );

  it('returns equal facts each time, except for the fetch time', async () => {
    const [first, second] = [
      await source.fetch({ ...name, number: 12 }),
      await source.fetch({ ...name, number: 12 }),
    ];
    expect({ ...second, observedAt: first.observedAt }).toEqual(first);
  });

  it('starts with pull requests that are a few days old', async () => {
    const weekAgo = startedAt.getTime() - 7 * 24 * 60 * 60_000;
    for (const facts of await all()) {
      const comments = facts.reviewThreads.flatMap((thread) => thread.comments);
      const times = [
        ...[facts.createdAt, facts.updatedAt, facts.mergedAt, facts.closedAt].filter((time) => time !== null),
        ...comments.map((comment) => comment.createdAt),
        ...facts.reviews.map((review) => review.submittedAt),
      ];
      for (const time of times) {
        expect(time.getTime()).toBeGreaterThan(weekAgo);
        expect(time.getTime()).toBeGreaterThanOrEqual(facts.createdAt.getTime());
        expect(time.getTime()).toBeLessThanOrEqual(facts.updatedAt.getTime());
      }
    }
  });

  it('starts at the current time by default', async () => {
    const before = Date.now();
    const { updatedAt } = await demoPullRequests().fetch({ ...name, number: 7 });
    const ageMs = (fixture.pullRequests.find((pr) => pr.number === 7)?.updatedMinutesAgo ?? 0) * 60_000;
    expect(updatedAt.getTime()).toBeGreaterThanOrEqual(before - ageMs);
    expect(updatedAt.getTime()).toBeLessThanOrEqual(Date.now() - ageMs);
  });
});

describe('the fixture', () => {
  it('has unique pull requests and unique parts', async () => {
    expect(new Set(numbers).size).toBe(numbers.length);
    const ids = (await all()).flatMap((facts) => [
      facts.externalId,
      ...facts.checks.map((check) => check.externalId),
      ...facts.reviews.map((review) => review.externalId),
      ...facts.reviewThreads.flatMap(({ externalId, comments }) => [
        externalId,
        ...comments.map((c) => c.externalId),
      ]),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { checks } of await all()) {
      expect(new Set(checks.map((check) => check.name)).size).toBe(checks.length);
    }
  });

  it('has only facts that GitHub could return', async () => {
    for (const facts of await all()) {
      if (facts.state === 'OPEN' || facts.state === 'DRAFT') {
        const mergeable = facts.mergeability === 'CONFLICTING' ? 'CONFLICTING' : 'MERGEABLE';
        const { state, isDraft } = facts;
        const { mergeStateStatus, ciState, reviewDecision } = complete(facts);
        expect(mergeabilityOf({ state, isDraft, mergeable, mergeStateStatus, ciState, reviewDecision })).toBe(
          facts.mergeability,
        );
      }
      expect(facts.isDraft).toBe(facts.state === 'DRAFT');
      expect(facts.mergeCommitSha !== '').toBe(facts.state === 'MERGED');
      expect(facts.checks.every((check) => check.commitSha === facts.headSha)).toBe(true);
      if (facts.ciState === 'PASSING')
        expect(facts.checks.every((check) => check.status === 'PASSED')).toBe(true);
      expect(facts.checks.some((check) => check.status === 'FAILED')).toBe(facts.ciState === 'FAILING');
    }
  });

  it.each([
    [{ ...fixture, pullRequests: [{ number: 0 }] }],
    [{ ...fixture, surplus: true }],
    [{ ...fixture, pullRequests: [{ ...fixture.pullRequests[0], ciState: 'GREEN' }] }],
  ])('is checked: %#', (broken) => {
    expect(demoFixture.safeParse(broken).success).toBe(false);
  });
});

/** The facts of which nothing is missing. */
function complete({ unreadable, ...facts }: PullRequestFacts) {
  const { mergeStateStatus, ciState, reviewDecision } = facts;
  expect(unreadable).toEqual([]);
  if (mergeStateStatus === null || ciState === null || reviewDecision === null)
    throw new Error('A fact is missing.');
  return { mergeStateStatus, ciState, reviewDecision };
}
