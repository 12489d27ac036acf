import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../load/backoff.ts';

export type RetryOptions = {
  /** The number of retries after the first attempt. */
  retries: number;
  /** The longest first pause. It doubles with each retry. */
  delayMs: number;
  /** Aborting it ends the retries. An interrupted pause throws the failure before it. */
  deadline: AbortSignal;
  isTransient(failure: unknown): boolean;
  onRetry?(failure: unknown): void;
};

/** Runs the attempt, and retries it after transient failures. The attempt must be idempotent. */
export async function withRetries<Outcome>(
  attempt: () => Promise<Outcome>,
  options: RetryOptions,
): Promise<Outcome> {
  for (let retry = 0; ; retry++) {
    try {
      return await attempt();
    } catch (failure) {
      if (retry >= options.retries || !options.isTransient(failure)) throw failure;
      options.onRetry?.(failure);
      const pause = backoffMs(retry + 1, { minMs: options.delayMs, maxMs: Number.POSITIVE_INFINITY });
      await sleep(pause, undefined, { signal: options.deadline }).catch(() => {
        throw failure;
      });
    }
  }
}
