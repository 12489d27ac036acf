import { readBudget } from '../../github/budget.ts';
import { reason } from '../../migrations/error.ts';
import { type Check, failure, ok, skipped, warning } from '../check.ts';

/** GitHub answers with this token, and some of its hourly budget remains. */
export const githubCheck: Check = {
  name: 'github',
  async examine({ config: { scm, github } }) {
    if (scm === 'demo')
      return skipped('MUSTER_SCM is demo: pull requests come from a file, and GitHub is not asked.');
    if (!github.token) {
      return failure(
        'GITHUB_TOKEN is not set, so GitHub answers no question about pull requests.',
        'Set GITHUB_TOKEN to a token that may read pull requests, checks and commit statuses.',
      );
    }
    let budget: Awaited<ReturnType<typeof readBudget>>;
    try {
      budget = await readBudget({ apiUrl: github.apiUrl, token: github.token });
    } catch (error) {
      return failure(
        `${github.apiUrl} did not answer: ${reason(error)}`,
        'Correct GITHUB_API_URL and GITHUB_TOKEN, or the way to the host (HTTPS_PROXY).',
      );
    }
    const { remaining, limit, resetAt, login } = budget;
    const state = `GitHub answers as ${login}; ${remaining} of ${limit} points remain until ${resetAt?.toISOString()}`;
    if (remaining < limit * LOW) {
      return warning(
        `${state}.`,
        'Wait for the reset, or use a token of a GitHub App, which has more.',
        budget,
      );
    }
    return ok(`${state}.`, budget);
  },
};

const LOW = 0.1;
