import { PrNotFoundError, ScmUnavailableError } from '../../src/errors/errors.ts';
import { githubPullRequests } from '../../src/github/github.ts';
import { type GitHub, type GitHubPullRequest, shaOf, startGitHub } from '../support/github/github.ts';
import { describe, expect, it } from '../support/test.ts';

it.beforeEach(({ github }) => github.clear());

const name = { owner: 'acme', repo: 'rocket', number: 7 };
const coordinates = { host: 'github.com', ...name };

function fetchFacts(github: GitHub, of = coordinates) {
  return githubPullRequests({ apiUrl: github.url, token: github.token, retryDelayMs: 1 }).fetch(of);
}

async function factsWith(github: GitHub, pr: Partial<GitHubPullRequest>) {
  github.setPullRequest({ ...name, ...pr });
  return fetchFacts(github);
}

const times = <Item>(count: number, make: (at: number) => Item) =>
  Array.from({ length: count }, (_, at) => make(at));

describe('facts', () => {
  it('contain everything that GitHub returns for a pull request, in one request', async ({ github }) => {
    const before = Date.now();
    const facts = await factsWith(github, {
      databaseId: '9007199254740993',
      title: 'Light the engine',
      author: { bot: 'dependabot' },
      sourceBranch: 'feat/engine',
      targetBranch: 'trunk',
      mergeCommitSha: shaOf('merge'),
      state: 'MERGED',
      mergeable: 'UNKNOWN',
      mergeStateStatus: 'UNKNOWN',
      additions: 12,
      deletions: 3,
      changedFiles: 4,
      createdAt: new Date('2026-03-01T08:00:00Z'),
      updatedAt: new Date('2026-03-02T08:00:00Z'),
      mergedAt: new Date('2026-03-02T07:00:00Z'),
      closedAt: new Date('2026-03-02T07:00:01Z'),
      checks: [{ id: 'CR_1', workflow: 'CI', name: 'build', url: 'https://github.com/acme/rocket/runs/1' }],
      threads: [
        {
          id: 'T_1',
          path: 'src/engine.ts',
          line: 12,
          isResolved: true,
          comments: [
            { id: 'C_1', author: 'mira', body: 'Why?', createdAt: new Date('2026-03-01T09:00:00Z') },
            {
              id: 'C_2',
              author: { bot: 'helper' },
              body: 'Because.',
              createdAt: new Date('2026-03-01T10:00:00Z'),
            },
          ],
        },
      ],
      reviews: [
        {
          id: 'R_1',
          author: 'mira',
          state: 'APPROVED',
          body: 'Yes.',
          submittedAt: new Date('2026-03-01T11:00:00Z'),
        },
      ],
    });
    const url = 'https://github.com/acme/rocket/pull/7';
    expect(facts).toEqual({
      sourceRepo: { owner: 'acme', name: 'rocket' },
      isCrossRepository: false,
      unreadable: [],
      requiredCiState: null,
      awaitsApproval: false,
      isInMergeQueue: false,
      mergeQueuePosition: null,
      checksComplete: true,
      coordinates,
      externalId: '9007199254740993',
      url,
      title: 'Light the engine',
      author: 'dependabot',
      sourceBranch: 'feat/engine',
      targetBranch: 'trunk',
      headSha: shaOf('acme/rocket#7 head'),
      baseSha: shaOf('acme/rocket base'),
      mergeCommitSha: shaOf('merge'),
      isDraft: false,
      state: 'MERGED',
      ciState: 'PASSING',
      reviewDecision: 'APPROVED',
      mergeability: 'UNKNOWN',
      mergeStateStatus: 'UNKNOWN',
      additions: 12,
      deletions: 3,
      changedFiles: 4,
      createdAt: new Date('2026-03-01T08:00:00Z'),
      updatedAt: new Date('2026-03-02T08:00:00Z'),
      mergedAt: new Date('2026-03-02T07:00:00Z'),
      closedAt: new Date('2026-03-02T07:00:01Z'),
      observedAt: expect.any(Date),
      checks: [
        {
          name: 'CI / build',
          commitSha: shaOf('acme/rocket#7 head'),
          status: 'PASSED',
          startedAt: null,
          completedAt: null,
          conclusion: 'SUCCESS',
          isRequired: false,
          url: 'https://github.com/acme/rocket/runs/1',
          externalId: 'CR_1',
        },
      ],
      reviewThreads: [
        {
          externalId: 'T_1',
          path: 'src/engine.ts',
          line: 12,
          isResolved: true,
          isBot: false,
          isOutdated: false,
          isByAuthor: false,
          comments: [
            {
              externalId: 'C_1',
              author: 'mira',
              body: 'Why?',
              url: expect.stringContaining(url),
              isBot: false,
              createdAt: new Date('2026-03-01T09:00:00Z'),
            },
            {
              externalId: 'C_2',
              author: 'helper',
              body: 'Because.',
              url: expect.stringContaining(url),
              isBot: true,
              createdAt: new Date('2026-03-01T10:00:00Z'),
            },
          ],
        },
      ],
      reviewThreadsComplete: true,
      reviews: [
        {
          externalId: 'R_1',
          author: 'mira',
          isBot: false,
          state: 'APPROVED',
          body: 'Yes.',
          url: expect.stringContaining(url),
          submittedAt: new Date('2026-03-01T11:00:00Z'),
        },
      ],
    });
    expect(facts.observedAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(github.requests).toHaveLength(1);
  });

  it('are requested with the token and a user agent', async ({ github }) => {
    await factsWith(github, {});
    const { headers } = github.requests[0] ?? {};
    expect(headers?.authorization).toBe(`bearer ${github.token}`);
    expect(headers?.['user-agent']).toBe('muster');
  });

  it('are complete for a pull request without checks, threads and reviews', async ({ github }) => {
    const facts = await factsWith(github, { author: null });
    expect(facts).toMatchObject({
      author: 'ghost',
      mergeCommitSha: '',
      ciState: 'UNKNOWN',
      reviewDecision: 'NONE',
      mergeability: 'MERGEABLE',
      mergedAt: null,
      closedAt: null,
      checks: [],
      reviewThreads: [],
      reviewThreadsComplete: true,
      reviews: [],
    });
  });
});

describe('state', () => {
  it.for([
    ['MERGED', true, 'MERGED'],
    ['MERGED', false, 'MERGED'],
    ['CLOSED', true, 'CLOSED'],
    ['CLOSED', false, 'CLOSED'],
    ['OPEN', true, 'DRAFT'],
    ['OPEN', false, 'OPEN'],
  ] as const)('%s, draft %s: %s', async ([state, isDraft, expected], { github }) => {
    expect(await factsWith(github, { state, isDraft })).toMatchObject({ state: expected, isDraft });
  });
});

describe('checks as a whole', () => {
  it.for([
    ['SUCCESS', 'PASSING'],
    ['FAILURE', 'FAILING'],
    ['ERROR', 'FAILING'],
    ['PENDING', 'PENDING'],
    ['EXPECTED', 'PENDING'],
    [null, 'UNKNOWN'],
  ] as const)('%s: %s', async ([rollup, expected], { github }) => {
    expect((await factsWith(github, { rollup })).ciState).toBe(expected);
  });

  it('are unknown for a head that GitHub does not list among the commits yet', async ({ github }) => {
    const facts = await factsWith(github, { lastCommitSha: shaOf('older'), checks: [{ name: 'build' }] });
    expect(facts.ciState).toBe('UNKNOWN');
    expect(facts.checks).toMatchObject([{ name: 'build', commitSha: shaOf('older') }]);
  });
});

describe('review decision', () => {
  it.for([
    ['APPROVED', 'APPROVED'],
    ['CHANGES_REQUESTED', 'CHANGES_REQUESTED'],
    ['REVIEW_REQUIRED', 'REVIEW_REQUIRED'],
    [null, 'NONE'],
  ] as const)('%s: %s', async ([reviewDecision, expected], { github }) => {
    expect((await factsWith(github, { reviewDecision })).reviewDecision).toBe(expected);
  });
});

describe('mergeability', () => {
  const clean = { mergeable: 'MERGEABLE', mergeStateStatus: 'CLEAN' };
  it.for<[Partial<GitHubPullRequest>, string]>([
    [{ mergeable: 'CONFLICTING' }, 'CONFLICTING'],
    [{ mergeable: 'UNKNOWN', mergeStateStatus: 'DIRTY' }, 'CONFLICTING'],
    [{ mergeable: 'CONFLICTING', mergeStateStatus: 'BLOCKED', isDraft: true }, 'CONFLICTING'],
    [{ mergeStateStatus: 'BLOCKED' }, 'BLOCKED'],
    [{ mergeStateStatus: 'BEHIND' }, 'BLOCKED'],
    [{ isDraft: true }, 'BLOCKED'],
    [{ mergeStateStatus: 'DRAFT', isDraft: true }, 'BLOCKED'],
    [{ rollup: 'FAILURE' }, 'BLOCKED'],
    [{ rollup: 'ERROR', mergeStateStatus: 'UNSTABLE' }, 'UNSTABLE'],
    [{ reviewDecision: 'CHANGES_REQUESTED' }, 'BLOCKED'],
    [{ reviewDecision: 'REVIEW_REQUIRED' }, 'BLOCKED'],
    [{ rollup: 'PENDING', mergeStateStatus: 'UNSTABLE' }, 'UNSTABLE'],
    [{ mergeStateStatus: 'CLEAN' }, 'MERGEABLE'],
    [{ mergeStateStatus: 'HAS_HOOKS' }, 'MERGEABLE'],
    [{ reviewDecision: 'APPROVED', rollup: 'SUCCESS' }, 'MERGEABLE'],
    [{ mergeable: 'UNKNOWN' }, 'UNKNOWN'],
    [{ mergeStateStatus: 'UNKNOWN' }, 'UNKNOWN'],
  ])('%o: %s', async ([pr, expected], { github }) => {
    const facts = await factsWith(github, { ...clean, ...pr });
    expect(facts.mergeability).toBe(expected);
    expect(facts.mergeStateStatus).toBe(pr.mergeStateStatus ?? 'CLEAN');
  });
});

describe('each check', () => {
  it.for([
    ['SUCCESS', 'PASSED'],
    ['NEUTRAL', 'PASSED'],
    ['FAILURE', 'FAILED'],
    ['TIMED_OUT', 'FAILED'],
    ['ACTION_REQUIRED', 'FAILED'],
    ['STARTUP_FAILURE', 'FAILED'],
    ['CANCELLED', 'CANCELLED'],
    ['SKIPPED', 'SKIPPED'],
    ['STALE', 'SKIPPED'],
  ] as const)('completed with %s: %s', async ([conclusion, status], { github }) => {
    const { checks } = await factsWith(github, { checks: [{ name: 'build', conclusion }] });
    expect(checks).toMatchObject([{ name: 'build', status, conclusion }]);
  });

  it.for([
    ['QUEUED', 'QUEUED'],
    ['REQUESTED', 'QUEUED'],
    ['WAITING', 'QUEUED'],
    ['PENDING', 'QUEUED'],
    ['IN_PROGRESS', 'IN_PROGRESS'],
  ] as const)('%s: %s, with no conclusion', async ([status, expected], { github }) => {
    const { checks } = await factsWith(github, { checks: [{ name: 'build', status }] });
    expect(checks).toMatchObject([{ name: 'build', status: expected, conclusion: '' }]);
  });

  it.for([
    ['SUCCESS', 'PASSED', 'SUCCESS'],
    ['FAILURE', 'FAILED', 'FAILURE'],
    ['ERROR', 'FAILED', 'ERROR'],
    ['PENDING', 'QUEUED', ''],
    ['EXPECTED', 'QUEUED', ''],
  ] as const)('a commit status of %s: %s', async ([state, status, conclusion], { github }) => {
    const { checks } = await factsWith(github, { checks: [{ context: 'ci/remote', state }] });
    expect(checks).toMatchObject([{ name: 'ci/remote', status, conclusion }]);
  });

  it('has a unique name, even if workflows share job names', async ({ github }) => {
    const { checks } = await factsWith(github, {
      checks: [
        { workflow: 'Release', name: 'build' },
        { workflow: 'CI', name: 'build' },
        { name: 'build' },
        { context: 'ci/build', state: 'SUCCESS' },
      ],
    });
    expect(checks.map((check) => check.name)).toEqual(['CI / build', 'Release / build', 'build', 'ci/build']);
  });

  it('is the worse of two of the same name, in either order', async ({ github }) => {
    const failed = { id: 'CR_a', workflow: 'CI', name: 'build', conclusion: 'FAILURE' };
    const passed = { id: 'CR_b', workflow: 'CI', name: 'build', conclusion: 'SUCCESS' };
    for (const checks of [
      [failed, passed],
      [passed, failed],
    ]) {
      expect((await factsWith(github, { checks })).checks).toMatchObject([
        { externalId: 'CR_a', status: 'FAILED' },
      ]);
    }
  });

  it('links only to web pages', async ({ github }) => {
    const { checks } = await factsWith(github, {
      checks: [
        { context: 'a', state: 'SUCCESS', url: 'javascript:alert(1)' },
        { context: 'b', state: 'SUCCESS', url: null },
        { context: 'c', state: 'SUCCESS', url: 'https://ci.example/1' },
        { name: 'd', url: 'nonsense' },
      ],
    });
    expect(checks.map((check) => check.url)).toEqual([
      '',
      '',
      'https://ci.example/1',
      'https://github.com/acme/rocket/pull/7/checks',
    ]);
  });
});

describe('review threads', () => {
  it('are of a bot while no person but the author has written in them', async ({ github }) => {
    const { reviewThreads } = await factsWith(github, {
      threads: [
        { comments: [{ author: { bot: 'linter' } }, { author: { bot: 'fixer' } }] },
        { comments: [{ author: { bot: 'linter' } }, { author: 'octocat' }] },
        { comments: [{ author: { bot: 'linter' } }, { author: 'mira' }] },
        { comments: [{ author: 'mira' }, { author: { bot: 'linter' } }] },
        { comments: [{ author: null }] },
      ],
    });
    expect(reviewThreads.map((thread) => thread.isBot)).toEqual([true, true, false, false, false]);
    expect(reviewThreads[4]?.comments[0]).toMatchObject({ author: 'ghost', isBot: false });
  });

  it('have a line, their former line when outdated, and 0 for a whole file', async ({ github }) => {
    const { reviewThreads } = await factsWith(github, {
      threads: [
        { line: 5, originalLine: 3 },
        { line: null, originalLine: 3 },
        { line: null, originalLine: null },
        { line: 1, subjectType: 'FILE' },
      ],
    });
    expect(reviewThreads.map((thread) => thread.line)).toEqual([5, 3, 0, 0]);
  });

  it("leave out comments that the token's owner has not submitted yet", async ({ github }) => {
    const { reviewThreads, reviews } = await factsWith(github, {
      threads: [
        { id: 'T_draft', comments: [{ state: 'PENDING' }] },
        { id: 'T_open', comments: [{ id: 'C_1' }, { id: 'C_draft', state: 'PENDING' }] },
      ],
      reviews: [{ author: 'mira', state: 'PENDING', submittedAt: null }],
    });
    expect(reviewThreads).toMatchObject([{ externalId: 'T_open', comments: [{ externalId: 'C_1' }] }]);
    expect(reviewThreads[0]?.comments).toHaveLength(1);
    expect(reviews).toEqual([]);
  });
});

describe('reviews', () => {
  it('are APPROVED, CHANGES_REQUESTED or without a verdict', async ({ github }) => {
    const { reviews } = await factsWith(github, {
      reviews: [
        { author: 'a', state: 'APPROVED', submittedAt: new Date('2026-01-01T01:00:00Z') },
        { author: 'b', state: 'CHANGES_REQUESTED', submittedAt: new Date('2026-01-01T02:00:00Z') },
        { author: 'c', state: 'COMMENTED', submittedAt: new Date('2026-01-01T03:00:00Z') },
        { author: { bot: 'd' }, state: 'DISMISSED', submittedAt: new Date('2026-01-01T04:00:00Z') },
      ],
    });
    expect(reviews.map(({ author, state, isBot }) => [author, state, isBot])).toEqual([
      ['a', 'APPROVED', false],
      ['b', 'CHANGES_REQUESTED', false],
      ['c', 'NONE', false],
      ['d', 'NONE', true],
    ]);
  });

  it('keep an approval whose author commented later, and drop a superseded one', async ({ github }) => {
    const { reviews } = await factsWith(github, {
      reviews: [
        {
          id: 'R_1',
          author: 'mira',
          state: 'CHANGES_REQUESTED',
          submittedAt: new Date('2026-01-01T01:00:00Z'),
        },
        { id: 'R_2', author: 'mira', state: 'APPROVED', submittedAt: new Date('2026-01-01T02:00:00Z') },
        { id: 'R_3', author: 'mira', state: 'COMMENTED', submittedAt: new Date('2026-01-01T03:00:00Z') },
      ],
    });
    expect(reviews.map((review) => review.externalId)).toEqual(['R_2', 'R_3']);
  });

  it('without a time get the time of the fetch', async ({ github }) => {
    const facts = await factsWith(github, {
      reviews: [{ author: 'mira', state: 'APPROVED', submittedAt: null }],
    });
    expect(facts.reviews[0]?.submittedAt).toEqual(facts.observedAt);
  });
});

describe('pages', () => {
  it.for([
    [100, 100, 1],
    [101, 0, 2],
    [0, 101, 2],
    [250, 120, 3],
    [120, 350, 4],
    [1000, 1000, 10],
  ] as const)(
    '%i threads and %i checks take %i requests',
    async ([threads, checks, requests], { github }) => {
      const facts = await factsWith(github, {
        threads: times(threads, (at) => ({ id: `T_${at}` })),
        checks: times(checks, (at) => ({ name: `job ${at}` })),
      });
      expect(facts.reviewThreads.map((thread) => thread.externalId)).toEqual(
        times(threads, (at) => `T_${at}`),
      );
      expect(new Set(facts.checks.map((check) => check.name)).size).toBe(checks);
      expect(facts.reviewThreadsComplete).toBe(true);
      expect(github.requests).toHaveLength(requests);
    },
  );

  it('ask only for the list that has more', async ({ github }) => {
    await factsWith(github, {
      threads: times(150, () => ({})),
      checks: times(5, (at) => ({ name: `${at}` })),
    });
    expect(github.requests[1]?.variables).toMatchObject({ withThreads: true, withChecks: false });
  });

  it('end after 1,000 threads, which is logged', async ({ github }) => {
    const facts = await factsWith(github, {
      threads: times(1001, () => ({})),
      checks: times(1001, (at) => ({ name: `job ${at}` })),
    });
    expect(facts.reviewThreads).toHaveLength(1000);
    expect(facts.reviewThreadsComplete).toBe(false);
    expect(facts.checks).toHaveLength(1000);
    expect(github.requests).toHaveLength(10);
  });

  it('contain a thread once, even if it moves to the next page meanwhile', async ({ github }) => {
    const pr = github.setPullRequest({ ...name, threads: times(150, (at) => ({ id: `T_${at}` })) });
    const first = github.holdNext();
    const fetching = fetchFacts(github);
    await first.arrived;
    pr.threads.unshift({ id: 'T_new' });
    first.release();
    const ids = (await fetching).reviewThreads.map((thread) => thread.externalId);
    expect(ids).toEqual(times(150, (at) => `T_${at}`));
  });
});

describe('a head that moves between two pages', () => {
  it('restarts the fetch, so that all checks are of one commit', async ({ github }) => {
    const pr = github.setPullRequest({ ...name, checks: times(150, (at) => ({ name: `old ${at}` })) });
    const first = github.holdNext();
    const fetching = fetchFacts(github);
    await first.arrived;
    pr.headSha = shaOf('new head');
    pr.checks = times(150, (at) => ({ name: `new ${at}` }));
    first.release();

    const facts = await fetching;
    expect(facts.headSha).toBe(shaOf('new head'));
    expect(facts.checks).toHaveLength(150);
    expect(facts.checks.every((check) => check.name.startsWith('new'))).toBe(true);
    expect(new Set(facts.checks.map((check) => check.commitSha))).toEqual(new Set([shaOf('new head')]));
    expect(github.requests).toHaveLength(4);
  });

  it('is assumed too when only the list of commits catches up', async ({ github }) => {
    const checks = times(150, (at) => ({ name: `job ${at}` }));
    const pr = github.setPullRequest({ ...name, checks, lastCommitSha: shaOf('older') });
    const first = github.holdNext();
    const fetching = fetchFacts(github);
    await first.arrived;
    pr.lastCommitSha = pr.headSha;
    first.release();
    const facts = await fetching;
    expect(facts.ciState).toBe('PASSING');
    expect(new Set(facts.checks.map((check) => check.commitSha))).toEqual(new Set([pr.headSha]));
  });

  it('is noticed on pages of threads too', async ({ github }) => {
    const pr = github.setPullRequest({ ...name, threads: times(150, () => ({})) });
    const first = github.holdNext();
    const fetching = fetchFacts(github);
    await first.arrived;
    pr.headSha = shaOf('new head');
    first.release();
    expect((await fetching).headSha).toBe(shaOf('new head'));
    expect(github.requests).toHaveLength(4);
  });

  it('fails the fetch when it moves again', async ({ github }) => {
    const pr = github.setPullRequest({ ...name, checks: times(150, (at) => ({ name: `${at}` })) });
    const holds = [github.holdNext(), github.holdNext(), github.holdNext()];
    const fetching = expect(fetchFacts(github)).rejects.toThrow(ScmUnavailableError);
    for (const [at, hold] of holds.entries()) {
      await hold.arrived;
      pr.headSha = shaOf(`head ${at}`);
      hold.release();
    }
    await fetching;
    expect(github.requests).toHaveLength(4);
  });
});

describe('names', () => {
  it('are those that GitHub returns, whatever the letter case in the request', async ({ github }) => {
    github.setPullRequest({ owner: 'Acme', repo: 'Rocket', number: 7 });
    const facts = await fetchFacts(github, { host: 'GitHub.COM', owner: 'aCME', repo: 'rocket', number: 7 });
    expect(facts.coordinates).toEqual({ host: 'github.com', owner: 'Acme', repo: 'Rocket', number: 7 });
  });

  it('are the new ones of a moved repository', async ({ github }) => {
    github.setPullRequest(name);
    const { externalId } = await fetchFacts(github);
    github.transfer(name, { owner: 'orbit', repo: 'launcher' });
    const facts = await fetchFacts(github);
    expect(facts.externalId).toBe(externalId);
    expect(externalId).toMatch(/^\d+$/);
    expect(facts.coordinates).toEqual({ host: 'github.com', owner: 'orbit', repo: 'launcher', number: 7 });
    expect(facts.url).toBe('https://github.com/orbit/launcher/pull/7');
  });

  it('are returned alone where GitHub has no id', async ({ github }) => {
    expect((await factsWith(github, { databaseId: null })).externalId).toBe('');
  });

  it('of another host are unknown', async ({ github }) => {
    github.setPullRequest(name);
    await expect(fetchFacts(github, { ...coordinates, host: 'git.example' })).rejects.toThrow(
      PrNotFoundError,
    );
  });

  it('on an Enterprise host are served by its own API', async () => {
    await using enterprise = await startGitHub({ host: 'git.example' });
    enterprise.setPullRequest(name);
    const source = githubPullRequests({ apiUrl: `${enterprise.url}/`, token: enterprise.token });
    expect((await source.fetch({ ...name, host: 'git.example' })).coordinates.host).toBe('git.example');
    await expect(source.fetch(coordinates)).rejects.toThrow(PrNotFoundError);
    const v3 = githubPullRequests({ apiUrl: `${enterprise.url}/api/v3`, token: enterprise.token });
    await expect(v3.fetch({ ...name, host: 'GIT.example' })).resolves.toMatchObject({
      title: 'Pull request 7',
    });
  });
});
