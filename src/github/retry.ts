import { setTimeout as sleep } from 'node:timers/promises';

export type RetryOptions = {
  /** How often to try again after the first attempt. */
  retries: number;
  /** The longest first pause; each later one is twice as long. */
  delayMs: number;
  /** No further attempt once this is aborted; a pause that it interrupts ends with the failure before it. */
  deadline: AbortSignal;
  isTransient(failure: unknown): boolean;
  onRetry?(failure: unknown): void;
};

/** The attempt's outcome, tried again after failures that may pass. Only for what may safely be done twice. */
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
      // Between half and the whole of the pause, so that many who failed at once do not come back at once.
      const pause = options.delayMs * 2 ** retry * (0.5 + Math.random() / 2);
      await sleep(pause, undefined, { signal: options.deadline }).catch(() => {
        throw failure;
      });
    }
  }
}
