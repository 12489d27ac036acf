/** The pauses between failed attempts to connect. The limit doubles with each attempt, up to `maxMs`. */
export type Backoff = {
  /** The longest first pause. */
  initialMs: number;
  /** The longest pause of all. */
  maxMs: number;
};

/** Returns a random pause up to the limit, so that the clients of a stopped server do not reconnect all at once. */
export function pauseMs(attempt: number, { initialMs, maxMs }: Backoff): number {
  return Math.random() * Math.min(maxMs, initialMs * 2 ** attempt);
}

/** Waits until the time is up or the signal is aborted. */
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
