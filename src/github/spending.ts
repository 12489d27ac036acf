/** Spends the hourly budget of the token by priority. */
import { ScmUnavailableError } from '../errors/errors.ts';
import type { FetchPriority, HostBudget } from '../services/port/pullRequestSource.ts';
import { type Headers, numberOf } from './rateLimit.ts';

/** The share of the budget that is kept for what is more important. */
const KEPT: Record<FetchPriority, number> = { CLAIM: 0, REFRESH: 0.05, READ: 0.1, FOLLOW_UP: 0.2 };

export type Spending = {
  /** Learns from the headers of an answer, a refusal too. */
  note(headers: Headers): void;
  /** As of the last answer; null before the first. */
  budget(): HostBudget | null;
  /** @throws ScmUnavailableError when the rest of the budget is kept for what is more important */
  assertMaySpend(priority: FetchPriority): void;
};

export function createSpending(host: string): Spending {
  let last: HostBudget | null = null;
  return {
    note(headers) {
      // The REST API has a budget of its own.
      if ((headers['x-ratelimit-resource'] ?? 'graphql') !== 'graphql') return;
      const limit = numberOf(headers['x-ratelimit-limit']);
      const remaining = numberOf(headers['x-ratelimit-remaining']);
      if (limit === null || remaining === null) return;
      const reset = numberOf(headers['x-ratelimit-reset']);
      last = { host, limit, remaining, resetAt: reset === null ? null : new Date(reset * 1000) };
    },
    budget: () => last,
    assertMaySpend(priority) {
      if (!last?.resetAt || last.remaining > last.limit * KEPT[priority]) return;
      const seconds = Math.ceil((last.resetAt.getTime() - Date.now()) / 1000);
      // Once it has been reset, the next answer tells how much there is. Only GitHub refuses claims.
      if (seconds <= 0 || priority === 'CLAIM') return;
      throw new ScmUnavailableError("The rest of the host's budget is kept for more important requests.", {
        retryAfterSeconds: seconds,
      });
    },
  };
}
