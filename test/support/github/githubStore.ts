import { pullRequestObject } from './githubObjects.ts';
import { defaultPullRequest, type GitHubPullRequest } from './githubPullRequest.ts';
import { githubError } from './githubSchema.ts';

export type RepositoryName = { owner: string; repo: string };
export type PullRequestName = RepositoryName & { number: number };

/** The repositories of the test server: those with a pull request, by name, and the new names of transferred ones. */
export type GitHubStore = ReturnType<typeof githubStore>;

export function githubStore(host: string) {
  const pullRequests = new Map<string, GitHubPullRequest>();
  const transfers = new Map<string, RepositoryName>();

  return {
    pullRequests,

    setPullRequest(given: PullRequestName & Partial<GitHubPullRequest>): GitHubPullRequest {
      const key = keyOf(given);
      const before = pullRequests.get(key) ?? defaultPullRequest(given.owner, given.repo, given.number);
      const pr = Object.assign(before, given);
      pullRequests.set(key, pr);
      return pr;
    },

    transfer(from: RepositoryName, to: RepositoryName): void {
      for (const [key, pr] of [...pullRequests]) {
        if (nameOf(pr) !== nameOf(from)) continue;
        pullRequests.delete(key);
        pullRequests.set(keyOf({ ...to, number: pr.number }), Object.assign(pr, to));
      }
      transfers.set(nameOf(from), to);
    },

    clear(): void {
      pullRequests.clear();
      transfers.clear();
    },

    /** The account of the token. */
    viewer: { login: 'muster-bot' },

    /** The hourly budget of the token. */
    rateLimit: { limit: 5_000, remaining: 4_999, used: 1, cost: 1, resetAt: '2030-01-01T00:00:00Z' },

    /** The resolver of `Query.repository`. */
    repository({ owner, name }: { owner: string; name: string }) {
      const asked = { owner, repo: name };
      const current = transfers.get(nameOf(asked)) ?? asked;
      const known = [...pullRequests.values()].find((pr) => nameOf(pr) === nameOf(current));
      if (!known) {
        throw githubError('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
      }
      return {
        id: `R_${known.owner}_${known.repo}`,
        name: known.repo,
        nameWithOwner: `${known.owner}/${known.repo}`,
        owner: { __typename: 'Organization', login: known.owner },
        pullRequest({ number }: { number: number }) {
          const pr = pullRequests.get(keyOf({ ...current, number }));
          if (pr) return pullRequestObject(pr, host);
          throw githubError('NOT_FOUND', `Could not resolve to a PullRequest with the number of ${number}.`);
        },
      };
    },
  };
}

/** Names are compared without letter case. */
function nameOf({ owner, repo }: RepositoryName): string {
  return `${owner}/${repo}`.toLowerCase();
}

function keyOf(name: PullRequestName): string {
  return `${nameOf(name)}#${name.number}`;
}
