import { z } from 'zod';
import type { HostBudget } from '../services/port/pullRequestSource.ts';
import { githubClient } from './client.ts';
import { portErrorOf } from './failures.ts';

/** How much of the hourly budget of a token remains, and the account of the token. */
export type Budget = Omit<HostBudget, 'host'> & { login: string };

const QUERY = /* GraphQL */ `
  query Budget {
    viewer {
      login
    }
    rateLimit {
      limit
      remaining
      resetAt
    }
  }
`;

const answer = z.object({
  viewer: z.object({ login: z.string() }),
  rateLimit: z.object({
    limit: z.number(),
    remaining: z.number(),
    resetAt: z.iso.datetime({ offset: true }).pipe(z.coerce.date()),
  }),
});

const TIMEOUT_MS = 8_000;
const RETRY_DELAY_MS = 250;

/**
 * Asks the host, which costs no point. A server learns its budget from the headers of its answers instead (spending.ts).
 * @throws ScmUnavailableError when the host does not answer, or refuses the token
 */
export async function readBudget({ apiUrl, token }: { apiUrl: string; token: string }): Promise<Budget> {
  const client = githubClient({
    apiUrl,
    token,
    timeoutMs: TIMEOUT_MS,
    retryDelayMs: RETRY_DELAY_MS,
    userAgent: 'muster-doctor',
  });
  try {
    const { data } = await client(QUERY, {}, answer, AbortSignal.timeout(TIMEOUT_MS));
    const { viewer, rateLimit } = data;
    return { login: viewer.login, ...rateLimit };
  } catch (error) {
    throw portErrorOf(error, { token });
  }
}
