import { inspect } from 'node:util';
import { PrNotFoundError, ScmUnavailableError } from '../../src/errors/errors.ts';
import { githubPullRequests } from '../../src/github/github.ts';
import { type GitHub, type GitHubFailure, startGitHub } from '../support/github/github.ts';
import { describe, expect, test, vi } from '../support/test.ts';

const name = { owner: 'acme', repo: 'rocket', number: 7 };
const coordinates = { host: 'github.com', ...name };
const token = 'ghp_verySecretToken123';

// biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's dependencies from this pattern.
const it = test.extend('github', { scope: 'file' }, async ({}, { onCleanup }) => {
  const github = await startGitHub({ token });
  onCleanup(github.close);
  return github;
});
let logged: string;
it.beforeEach(({ github }) => {
  github.clear();
  github.setPullRequest(name);
  logged = '';
});

type Options = Partial<Parameters<typeof githubPullRequests>[0]>;

function source(github: GitHub, options: Options = {}) {
  const log = {
    warn(...line: unknown[]) {
      logged += inspect(line, { depth: null });
    },
  };
  return githubPullRequests({ apiUrl: github.url, token, retryDelayMs: 1, log, ...options });
}

/** The error of a fetch that must fail. */
async function failure(
  github: GitHub,
  options: Options = {},
  of = coordinates,
): Promise<ScmUnavailableError | PrNotFoundError> {
  const outcome = await source(github, options)
    .fetch(of)
    .catch((error: unknown) => error);
  if (outcome instanceof ScmUnavailableError || outcome instanceof PrNotFoundError) return outcome;
  throw new Error(`Not the failure to expect: ${inspect(outcome)}`);
}

/** Everything that a log might write of an error, including hidden properties and all causes. */
function everythingIn(error: unknown): string {
  const own = error instanceof Error ? Object.getOwnPropertyNames(error) : undefined;
  const cause = error instanceof Error && error.cause ? everythingIn(error.cause) : '';
  return inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error, own) + cause;
}

describe('an unknown pull request', () => {
  it.for([
    ['number', { ...coordinates, number: 8 }],
    ['repository', { ...coordinates, repo: 'plane' }],
    ['owner', { ...coordinates, owner: 'nobody' }],
  ] as const)('is not found by its %s', async ([_, of], { github }) => {
    expect(await failure(github, {}, of)).toBeInstanceOf(PrNotFoundError);
    expect(github.requests).toHaveLength(1);
  });

  it.for([0, -1, 2 ** 31, Number.MAX_SAFE_INTEGER])(
    'is not asked for with the number %i',
    async (number, { github }) => {
      expect(await failure(github, {}, { ...coordinates, number })).toBeInstanceOf(PrNotFoundError);
      expect(github.requests).toHaveLength(0);
    },
  );

  it.for([
    { repository: null },
    { repository: { name: 'rocket', owner: { login: 'acme' }, pullRequest: null } },
  ])('is also one that is simply null: %o', async (data, { github }) => {
    github.failNext({ answer: { data } });
    expect(await failure(github)).toBeInstanceOf(PrNotFoundError);
  });

  it('is also one that is deleted between two pages', async ({ github }) => {
    github.setPullRequest({ ...name, threads: Array(150).fill({}) });
    const first = github.holdNext();
    const failing = failure(github);
    await first.arrived;
    github.pullRequests.clear();
    first.release();
    expect(await failing).toBeInstanceOf(PrNotFoundError);
  });
});

describe('rate limits', () => {
  it.for(['primary', 'secondary', 'graphql'] as const)(
    'of the kind %s say how long to wait',
    async (rateLimit, { github }) => {
      github.failNext({ rateLimit, seconds: 42 });
      const error = await failure(github);
      expect(error).toBeInstanceOf(ScmUnavailableError);
      expect(error).toMatchObject({ retryAfterSeconds: 42, message: expect.stringContaining('rate limit') });
      expect(github.requests).toHaveLength(1);
    },
  );

  it.for<[string, GitHubFailure, number]>([
    ['HTTP 403 with retry-after', { status: 403, headers: { 'retry-after': '7' } }, 7],
    ['a fraction of a second', { status: 429, headers: { 'retry-after': '0.2' } }, 1],
    ['a wait of zero', { status: 429, headers: { 'retry-after': '0' } }, 1],
    ['a reset in the past', { rateLimit: 'primary', seconds: -100 }, 1],
    ['no word but the headers', { status: 403, headers: { 'x-ratelimit-remaining': '0' } }, 60],
    ['no word on the time', { status: 429 }, 60],
    [
      'no word but the message',
      { status: 403, body: { message: 'You have exceeded a secondary rate limit.' } },
      60,
    ],
    ['an unreadable header', { status: 429, headers: { 'retry-after': 'later' } }, 60],
    [
      'the newer type of the error',
      { answer: { errors: [{ type: 'RATE_LIMIT', message: 'Limited.' }] } },
      60,
    ],
  ])('with %s', async ([_, limited, retryAfterSeconds], { github }) => {
    github.failNext(limited);
    expect(await failure(github)).toMatchObject({ code: 'SCM_UNAVAILABLE', retryAfterSeconds });
    expect(github.requests).toHaveLength(1);
  });

  it('are not assumed for an error of the last granted request', async ({ github }) => {
    const body = {
      data: { repository: null },
      errors: [{ type: 'NOT_FOUND', path: ['repository'], message: 'No.' }],
    };
    github.failNext({
      status: 200,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
      body,
    });
    expect(await failure(github)).toBeInstanceOf(PrNotFoundError);
  });
});

describe('the token', () => {
  it.for([undefined, '', '  '])('missing (%o) fails without a request', async (missing, { github }) => {
    expect(await failure(github, { token: missing })).toMatchObject({
      code: 'SCM_UNAVAILABLE',
      message: expect.stringContaining('GITHUB_TOKEN is not set'),
    });
    expect(github.requests).toHaveLength(0);
  });

  it('with invalid header characters fails without a request', async ({ github }) => {
    const error = await failure(github, { token: 'ghp_ö\u0000secret' });
    expect(error.message).toContain('GITHUB_TOKEN');
    expect(everythingIn(error)).not.toContain('secret');
    expect(github.requests).toHaveLength(0);
  });

  it('may end with a line break', async ({ github }) => {
    await expect(source(github, { token: `${token}\n` }).fetch(coordinates)).resolves.toMatchObject({
      coordinates,
    });
  });

  it('refused by GitHub fails without a retry', async ({ github }) => {
    expect(await failure(github, { token: 'ghp_revoked' })).toMatchObject({
      code: 'SCM_UNAVAILABLE',
      message: expect.stringContaining('refused the token'),
    });
    expect(github.requests).toHaveLength(1);
  });

  const denied = {
    type: 'FORBIDDEN',
    path: ['repository'],
    message: 'Protected by organization SAML enforcement.',
  };
  it.for<[string, GitHubFailure]>([
    ['the whole API', { status: 403, body: { message: 'Resource not accessible by personal access token' } }],
    ['the repository', { errors: [denied], data: { repository: null } }],
    ['a scope', { errors: [{ type: 'INSUFFICIENT_SCOPES', message: 'Your token lacks a scope.' }] }],
  ])('denied %s: says that access is denied', async ([_, failed], { github }) => {
    github.failNext(failed);
    expect(await failure(github)).toMatchObject({
      code: 'SCM_UNAVAILABLE',
      message: expect.stringContaining('denies the token'),
      retryAfterSeconds: null,
    });
    expect(github.requests).toHaveLength(1);
  });
});

describe('retries', () => {
  const passing: GitHubFailure[] = ['reset', 'cutOff', { status: 502 }, { status: 503 }, { status: 504 }];
  it.for(passing)('succeed after two failures of the kind %o', async (failed, { github }) => {
    github.failNext(failed, 2);
    await expect(source(github).fetch(coordinates)).resolves.toMatchObject({ coordinates });
    expect(github.requests).toHaveLength(3);
  });

  it.for(passing.slice(0, -1))('end after two for %o', async (failed, { github }) => {
    github.failNext(failed, 9);
    expect(await failure(github)).toBeInstanceOf(ScmUnavailableError);
    expect(github.requests).toHaveLength(3);
  });

  it('happen on later pages too', async ({ github }) => {
    github.setPullRequest({ ...name, threads: Array(150).fill({}) });
    const first = github.holdNext();
    const fetching = source(github).fetch(coordinates);
    await first.arrived;
    github.failNext({ status: 502 });
    first.release();
    expect((await fetching).reviewThreads).toHaveLength(150);
    expect(github.requests).toHaveLength(3);
  });

  it.for<GitHubFailure>([
    { status: 400 },
    { status: 403 },
    { status: 404 },
    { status: 422 },
    { status: 500 },
    { status: 501 },
    { status: 302, headers: { location: 'http://127.0.0.1:1/graphql' }, body: 'Moved' },
    { status: 503, headers: { 'retry-after': '30' } },
    { status: 429 },
    { errors: [{ message: 'Something went wrong while executing your query.' }] },
    'brokenJson',
  ])('do not happen for %o', async (failed, { github }) => {
    github.failNext(failed);
    expect(await failure(github)).toBeInstanceOf(ScmUnavailableError);
    expect(github.requests).toHaveLength(1);
  });

  it('do not precede the time that a gateway names', async ({ github }) => {
    github.failNext({ status: 503, headers: { 'retry-after': '30' } });
    expect(await failure(github)).toMatchObject({ retryAfterSeconds: 30 });
  });

  it('end for an unreachable host, and are logged', async ({ github }) => {
    const gone = await startGitHub();
    await gone.close();
    expect(await failure(github, { apiUrl: gone.url })).toMatchObject({
      code: 'SCM_UNAVAILABLE',
      message: expect.stringContaining('could not be reached'),
      cause: expect.objectContaining({ message: expect.stringContaining('ECONNREFUSED') }),
    });
    expect(logged.match(/asking again/g)).toHaveLength(2);
  });
});

describe('time limits', () => {
  // The client may give up before a busy server has read the request. It must never send it twice.
  it.for<GitHubFailure>(['hang', 'stall'])('of a request end one that %ss', async (failed, { github }) => {
    github.failNext(failed);
    expect(await failure(github, { timeoutMs: 150 })).toMatchObject({
      code: 'SCM_UNAVAILABLE',
      message: expect.stringContaining('did not answer in time'),
    });
    expect(github.requests.length).toBeLessThanOrEqual(1);
  });

  it('of the whole fetch end it too', async ({ github }) => {
    github.failNext('hang');
    const error = await failure(github, { timeoutMs: 600_000, deadlineMs: 150 });
    expect(error.message).toContain('did not answer in time');
    expect(github.requests.length).toBeLessThanOrEqual(1);
  });
});

describe('malformed answers', () => {
  const nonsense: GitHubFailure[] = [
    'brokenJson',
    ...[null, 7, 'text', [], {}, { data: null }, { data: 7 }, { data: {} }].map((answer) => ({ answer })),
    ...[{ errors: 7 }, { errors: [] }, { errors: [7] }, { errors: [{}] }].map((answer) => ({ answer })),
    { answer: { data: { repository: {} } } },
    { answer: { data: { repository: { name: 'r', owner: { login: 'o' }, pullRequest: { number: 7 } } } } },
    { status: 200, headers: { 'content-type': 'nonsense/;;;' }, body: '<html>' },
    { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: 'x' },
    { status: 204 },
  ];
  it.for(nonsense)('are an error, not a crash: %o', async (failed, { github }) => {
    github.failNext(failed, 3);
    const error = await failure(github);
    expect(error).toBeInstanceOf(ScmUnavailableError);
    expect(everythingIn(error)).not.toContain('TypeError');
  });

  it('are an error on a later page too', async ({ github }) => {
    github.setPullRequest({ ...name, threads: Array(150).fill({}) });
    const first = github.holdNext();
    const failing = failure(github);
    await first.arrived;
    github.failNext({ answer: { data: { repository: { pullRequest: {} } } } });
    first.release();
    expect(await failing).toBeInstanceOf(ScmUnavailableError);
  });
});

describe('the token never appears', () => {
  const echoed = { message: `Who is ${token}?` };
  const failing: GitHubFailure[] = [
    'reset',
    'cutOff',
    'brokenJson',
    { status: 401, body: echoed },
    { status: 403, body: echoed },
    { status: 500, body: echoed },
    { status: 502, body: `<html>${token}</html>` },
    { rateLimit: 'primary', seconds: 9 },
    { rateLimit: 'secondary', seconds: 9 },
    { rateLimit: 'graphql', seconds: 9 },
    { errors: [echoed] },
    { errors: [{ ...echoed, type: 'FORBIDDEN' }] },
    { answer: { data: { repository: token } } },
  ];
  it.for(failing)('in the error, its causes or the log of %o', async (failed, { github }) => {
    github.failNext(failed, 3);
    const error = await failure(github);
    expect(error.cause).toBeInstanceOf(Error);
    expect(everythingIn(error)).not.toContain(token);
    expect(everythingIn(error)).not.toContain('authorization');
    expect(logged).not.toContain(token);
  });

  it('when a request takes too long', async ({ github }) => {
    github.failNext('hang');
    const error = await failure(github, { timeoutMs: 150 });
    expect(everythingIn(error)).not.toContain(token);
  });
});

it("GitHub's client writes nothing to the console, not even Octokit's deprecations", async ({ github }) => {
  const methods = (['debug', 'info', 'log', 'warn', 'error'] as const).map((method) =>
    vi.spyOn(console, method),
  );
  github.failNext({ status: 200, headers: { deprecation: 'true' }, body: { data: { repository: null } } });
  await failure(github);
  const calls = methods.flatMap((method) => method.mock.calls);
  vi.restoreAllMocks();
  expect(calls).toEqual([]);
});
