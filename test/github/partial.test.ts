/** What GitHub cannot return is left out, and the rest is an answer. */
import { ScmUnavailableError } from '../../src/errors/errors.ts';
import { githubPullRequests } from '../../src/github/github.ts';
import { type GitHub, type GitHubFailure, startGitHub } from '../support/github/github.ts';
import { describe, expect, test } from '../support/test.ts';

const name = { owner: 'acme', repo: 'rocket', number: 7 };
const coordinates = { host: 'github.com', ...name };

// biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's dependencies from this pattern.
const it = test.extend('github', { scope: 'file' }, async ({}, { onCleanup }) => {
  const github = await startGitHub();
  onCleanup(github.close);
  return github;
});
it.beforeEach(({ github }) => {
  github.clear();
  github.setPullRequest({
    ...name,
    reviewDecision: 'APPROVED',
    checks: [
      { workflow: 'CI', name: 'build', conclusion: 'FAILURE' },
      { workflow: 'CI', name: 'test' },
    ],
    threads: [{ comments: [{ author: 'ines' }] }, { comments: [{ author: 'max' }] }],
    reviews: [{ author: 'ines', state: 'APPROVED' }],
  });
});

const source = (github: GitHub) =>
  githubPullRequests({ apiUrl: github.url, token: github.token, retryDelayMs: 1 });
const fetchFrom = (github: GitHub) => source(github).fetch(coordinates);

const pr = ['repository', 'pullRequest'];
const context = (at: number) => [
  ...[...pr, 'commits', 'nodes', 0, 'commit', 'statusCheckRollup', 'contexts', 'nodes', at],
];
const denied = (path: (string | number)[]): GitHubFailure => ({
  errors: [{ type: 'FORBIDDEN', path, message: 'Resource not accessible by personal access token' }],
});

describe('an error in one field', () => {
  it('of a check leaves out that check, and CI is what the host says of all', async ({ github }) => {
    github.failNext(denied(context(1)));
    const facts = await fetchFrom(github);
    expect(facts).toMatchObject({ unreadable: ['CHECKS'], ciState: 'FAILING', checksComplete: false });
    expect(facts.checks.map((check) => check.name)).toEqual(['CI / build']);
    expect(facts).toMatchObject({ reviewDecision: 'APPROVED', mergeability: 'BLOCKED' });
  });

  it("of a check's workflow leaves out that check", async ({ github }) => {
    github.failNext(denied([...context(0), 'checkSuite', 'workflowRun', 'workflow']));
    const facts = await fetchFrom(github);
    expect(facts.unreadable).toEqual(['CHECKS']);
    expect(facts.checks.map((check) => check.name)).toEqual(['CI / test']);
  });

  it('of a thread leaves out that thread, and stored threads stay open', async ({ github }) => {
    github.failNext(denied([...pr, 'reviewThreads', 'nodes', 0]));
    const facts = await fetchFrom(github);
    expect(facts).toMatchObject({ unreadable: ['THREADS'], reviewThreadsComplete: false });
    expect(facts.reviewThreads.map(({ comments }) => comments[0]?.author)).toEqual(['max']);
  });

  it.for([
    ['commits', 'CHECKS', { ciState: null, awaitsApproval: null, checks: [] }],
    ['reviewThreads', 'THREADS', { reviewThreads: [], reviewThreadsComplete: false }],
    ['mergeable', 'MERGEABILITY', { mergeability: null, isInMergeQueue: false }],
    ['isInMergeQueue', 'MERGEABILITY', { mergeability: 'BLOCKED', isInMergeQueue: null }],
    ['latestReviews', 'REVIEWS', { reviewDecision: null }],
  ] as const)(
    '%s, which takes the pull request with it, is not asked for again',
    async ([field, part, facts], { github }) => {
      const whole = { name: 'rocket', owner: { login: 'acme' }, pullRequest: null };
      github.failNext({
        data: { repository: whole },
        errors: [{ path: [...pr, field], message: 'Something broke.' }],
      });
      expect(await fetchFrom(github)).toMatchObject({
        headSha: expect.any(String),
        unreadable: [part],
        ...facts,
      });
      expect(github.requests).toHaveLength(2);
      expect(github.requests[1]?.query).not.toContain(`${field}(`);
      expect(github.requests[1]?.query).not.toMatch(new RegExp(`\\b${field}$`, 'm'));
    },
  );

  it('that says little is left out without a mark', async ({ github }) => {
    github.failNext(denied([...context(0), 'isRequired']));
    const facts = await fetchFrom(github);
    expect(facts).toMatchObject({ unreadable: [], ciState: 'FAILING', requiredCiState: null });
    expect(facts.checks.every(({ isRequired }) => isRequired === null)).toBe(true);
  });

  it('on a later page marks the part', async ({ github }) => {
    github.setPullRequest({ ...name, threads: Array(150).fill({}) });
    const first = github.holdNext();
    const fetching = fetchFrom(github);
    await first.arrived;
    github.failNext(denied([...pr, 'reviewThreads', 'nodes', 0]));
    first.release();
    const facts = await fetching;
    expect(facts.unreadable).toEqual(['THREADS']);
    expect(facts.reviewThreads).toHaveLength(149);
  });

  it('that names the pull request is an error of the whole', async ({ github }) => {
    github.failNext({ ...(denied([...pr]) as object), data: { repository: null } } as GitHubFailure);
    await expect(fetchFrom(github)).rejects.toThrow(ScmUnavailableError);
  });
});

describe('a field that an Enterprise server lacks', () => {
  it.for([
    ["Field 'isInMergeQueue' doesn't exist on type 'PullRequest'", 'isInMergeQueue'],
    ['Cannot query field "isRequired" on type "CheckRun".', 'isRequired'],
  ] as const)('is left out, from then on: %s', async ([message, field], { github }) => {
    const from = source(github);
    github.failNext({ answer: { errors: [{ message }] } });
    expect(await from.fetch(coordinates)).toMatchObject({ unreadable: [], mergeability: 'BLOCKED' });
    await from.fetch(coordinates);
    expect(github.requests.map(({ query }) => query.includes(field))).toEqual([true, false, false]);
  });

  it('is an error when nothing is known without it', async ({ github }) => {
    github.failNext({
      answer: { errors: [{ message: "Field 'headRefOid' doesn't exist on type 'PullRequest'" }] },
    });
    await expect(fetchFrom(github)).rejects.toThrow(ScmUnavailableError);
    expect(github.requests).toHaveLength(1);
  });
});

describe('a query that is too big for GitHub', () => {
  it.for<[string, GitHubFailure]>([
    [
      'its limit of resources',
      { errors: [{ type: 'RESOURCE_LIMITS_EXCEEDED', message: 'Resource limits for this query exceeded.' }] },
    ],
    [
      'a time-out within the answer',
      {
        answer: {
          data: null,
          errors: [{ message: 'Something went wrong. This may be the result of a timeout.' }],
        },
      },
    ],
    ['a gateway that timed out', { status: 504 }],
  ])('is asked with smaller and smaller pages: %s', async ([_, failure], { github }) => {
    github.setPullRequest({ ...name, threads: Array(25).fill({}) });
    github.failNext(failure, 3);
    expect((await fetchFrom(github)).reviewThreads).toHaveLength(25);
    expect(github.requests.map(({ variables }) => variables.pageSize)).toEqual([100, 50, 25, 10, 10, 10]);
  });

  it('is given up after the smallest', async ({ github }) => {
    github.failNext({ status: 504 }, 9);
    await expect(fetchFrom(github)).rejects.toThrow(ScmUnavailableError);
    expect(github.requests).toHaveLength(4);
  });
});

describe('a denial says what to do', () => {
  it.for<[string, GitHubFailure]>([
    [
      'SAML single sign-on',
      {
        data: { repository: null },
        errors: [
          {
            type: 'FORBIDDEN',
            path: ['repository'],
            message: 'Resource protected by organization SAML enforcement.',
          },
        ],
      },
    ],
    [
      'scope',
      {
        errors: [
          { type: 'INSUFFICIENT_SCOPES', message: 'Your token has not been granted the required scopes.' },
        ],
      },
    ],
    ['suspended', { status: 403, body: { message: 'This installation has been suspended' } }],
    ['permission', { status: 403, body: { message: 'Resource not accessible by integration' } }],
  ])('%s', async ([word, failure], { github }) => {
    github.failNext(failure);
    await expect(fetchFrom(github)).rejects.toThrow(new RegExp(`denies the token.*${word}`));
  });
});
