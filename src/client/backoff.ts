/** How long to wait before trying again. */

/** The pauses between attempts that lead nowhere: each may be twice as long as the one before. */
export type Backoff = {
  /** How long the first pause may be. */
  initialMs: number;
  /** How long any pause may be. */
  maxMs: number;
};

/** Anything up to the limit: the clients of a server that went away should not all come back at once. */
export function pauseMs(attempt: number, { initialMs, maxMs }: Backoff): number {
  return Math.random() * Math.min(maxMs, initialMs * 2 ** attempt);
}

/** Waits, unless and until the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
