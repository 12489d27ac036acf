import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type Answer, breakOff, failedAnswer, type GitHubFailure } from './githubFailures.ts';
import { executeQuery } from './githubSchema.ts';
import { type GitHubStore, githubStore, type PullRequestName } from './githubStore.ts';

export type { GitHubFailure } from './githubFailures.ts';
export { type GitHubPullRequest, shaOf } from './githubPullRequest.ts';

export type GitHubRequest = {
  headers: IncomingMessage['headers'];
  query: string;
  variables: Record<string, unknown>;
};

/** A held request. Its answer is made on arrival and sent on `release`. */
export type Hold = { arrived: Promise<void>; release(): void };

export type GitHub = AsyncDisposable & {
  /** The GITHUB_API_URL. */
  url: string;
  /** The token that it accepts. For others it returns 401. */
  token: string;
  /** The host in the URLs of its pull requests. */
  host: string;
  /** The points of the hourly 5,000 that its answers say remain, until 2030. */
  budget: { remaining: number };
  /** All requests so far, oldest first, including refused ones. */
  requests: GitHubRequest[];
  /** By `owner/repo#number` in lower case. A change takes effect with the next request. */
  pullRequests: GitHubStore['pullRequests'];
  /** Adds or changes a pull request. Fields that are not given keep their value or get a default. */
  setPullRequest: GitHubStore['setPullRequest'];
  /** Transfers a repository: its pull requests get the new name, and the old name redirects to it. */
  transfer: GitHubStore['transfer'];
  /** Makes the next request fail, or the next `times` requests. Failures queue up. */
  failNext(failure: GitHubFailure, times?: number): void;
  /** Holds the next request, or the next one whose variables name this owner, repo or number. */
  holdNext(which?: Partial<PullRequestName>): Hold;
  /** Resets it to the state after its start. */
  clear(): void;
  close(): Promise<void>;
};

/**
 * A server at a free local port that answers GraphQL as GitHub does: by GitHub's published schema and limits, from a
 * store of pull requests that the test fills, and with failures that the test requests.
 */
export async function startGitHub({ token = 'ghp_test', host = 'github.com' } = {}): Promise<GitHub> {
  const store = githubStore(host);
  const requests: GitHubRequest[] = [];
  const failures: GitHubFailure[] = [];
  const budget = { remaining: FULL_BUDGET };
  const holds: { which: Partial<PullRequestName>; arrive(): void; released: Promise<void> }[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || !paths.includes(request.url ?? '')) {
      return send(response, { status: 404, headers: {}, body: { message: 'Not Found' } });
    }
    const { query, variables = {} } = (await json(request)) as Omit<GitHubRequest, 'headers'>;
    requests.push({ headers: request.headers, query, variables });
    const failure = failures.shift();
    const held = holds.findIndex(({ which }) => matches(which, variables));
    const [hold] = held < 0 ? [] : holds.splice(held, 1);

    const trueAnswer = await answer(request.headers, query, variables);
    hold?.arrive();
    await hold?.released;
    if (typeof failure === 'string') breakOff(failure, response);
    else send(response, failure ? failedAnswer(failure, trueAnswer) : trueAnswer);
  }

  async function answer(
    { authorization = '', 'user-agent': userAgent }: IncomingMessage['headers'],
    query: string,
    variables: Record<string, unknown>,
  ): Promise<Answer> {
    const headers = {
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': String(budget.remaining),
      'x-ratelimit-reset': '1893456000',
      'x-ratelimit-resource': 'graphql',
    };
    const given = /^(?:bearer|token) (.+)$/i.exec(authorization)?.[1];
    if (given !== token) return { status: 401, headers, body: { message: 'Bad credentials' } };
    if (!userAgent) return { status: 403, headers, body: { message: 'There is no User-Agent header.' } };
    return { status: 200, headers, body: await executeQuery(query, variables, store) };
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    host,
    budget,
    requests,
    pullRequests: store.pullRequests,
    setPullRequest: store.setPullRequest,
    transfer: store.transfer,
    failNext(failure, times = 1) {
      failures.push(...Array<GitHubFailure>(times).fill(failure));
    },
    holdNext(which = {}) {
      const arrived = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      holds.push({ which, arrive: arrived.resolve, released: released.promise });
      return { arrived: arrived.promise, release: released.resolve };
    },
    clear() {
      for (const list of [requests, failures, holds]) list.length = 0;
      budget.remaining = FULL_BUDGET;
      store.clear();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const FULL_BUDGET = 4_999;

/** The paths of github.com's API and of an Enterprise installation's. */
const paths = ['/graphql', '/api/graphql'];

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const isText = typeof body === 'string';
  const type = isText ? 'text/html' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(isText ? body : JSON.stringify(body));
}

/** Compares with the variables of the query, so these must be called owner, repo and number. */
function matches(which: Partial<PullRequestName>, variables: Record<string, unknown>): boolean {
  return Object.entries(which).every(
    ([name, value]) => String(variables[name]).toLowerCase() === String(value).toLowerCase(),
  );
}
