import type { HttpProxy } from '../config/config.ts';
import { PrNotFoundError, ScmUnavailableError } from '../errors/errors.ts';
import type { PullRequestSource } from '../services/port/pullRequestSource.ts';
import { asciiLower } from '../value/asciiLower.ts';
import { type GitHubLog, githubClient } from './client.ts';
import { portErrorOf } from './failures.ts';
import { factsOf } from './mapping.ts';
import { readPullRequest } from './pages.ts';
import { proxiedFetch } from './proxiedFetch.ts';
import { createSpending } from './spending.ts';

export type GitHubOptions = {
  /** `https://api.github.com`, or `https://<host>/api/v3` of an Enterprise installation. */
  apiUrl: string;
  /** Without it, every fetch fails without a request, because GitHub's GraphQL API requires a token. */
  token?: string;
  /** Default: no proxy. */
  proxy?: HttpProxy;
  /** The time limit of one request. */
  timeoutMs?: number;
  /** The time limit of a fetch, with all its requests, retries and pauses. */
  deadlineMs?: number;
  /** The longest pause before the first retry. */
  retryDelayMs?: number;
  userAgent?: string;
  log?: GitHubLog;
};

/** GraphQL's `Int`: GitHub would refuse a greater number as a malformed query. */
const MAX_NUMBER = 2 ** 31 - 1;

/** Pull-request facts from GitHub's GraphQL API. */
export function githubPullRequests(options: GitHubOptions): PullRequestSource {
  const {
    apiUrl,
    timeoutMs = 10_000,
    deadlineMs = 25_000,
    retryDelayMs = 250,
    userAgent = 'muster',
  } = options;
  // A file of secrets often ends with a line break, which would make the header invalid.
  const token = options.token?.trim();
  if (!token) return unavailable('GITHUB_TOKEN is not set.');
  if (!/^[\x21-\x7e]+$/.test(token)) return unavailable('GITHUB_TOKEN holds characters that no token has.');

  const { log, proxy } = options;
  const fetch = proxy && proxiedFetch(proxy);
  const spending = createSpending(hostOf(apiUrl));
  const onHeaders = spending.note;
  const ask = githubClient({ apiUrl, token, timeoutMs, retryDelayMs, userAgent, fetch, log, onHeaders });
  const missing = new Set<string>();

  return {
    budget: spending.budget,
    async fetch(coordinates, priority = 'CLAIM') {
      spending.assertMaySpend(priority);
      if (coordinates.number < 1 || coordinates.number > MAX_NUMBER) throw new PrNotFoundError(coordinates);
      const observedAt = new Date();
      try {
        const deadline = AbortSignal.timeout(deadlineMs);
        const { repository, pullRequest } = await readPullRequest({ ask, deadline, missing }, coordinates);
        const facts = factsOf(repository, pullRequest, observedAt);
        // The API serves one host, which the answer names. The same name on another host is another pull request.
        if (facts.coordinates.host !== asciiLower(coordinates.host)) throw new PrNotFoundError(coordinates);
        return facts;
      } catch (failure) {
        throw portErrorOf(failure, { coordinates, token });
      }
    },
  };
}

/** The host that the API is of: `api.github.com` is that of `github.com`. */
function hostOf(apiUrl: string): string {
  return new URL(apiUrl).host.replace(/^api\./, '');
}

function unavailable(message: string): PullRequestSource {
  return { budget: () => null, fetch: () => Promise.reject(new ScmUnavailableError(message)) };
}
