export type BackoffLimits = {
  /** The longest first pause. */
  minMs: number;
  /** The longest pause of all. */
  maxMs: number;
};

/**
 * The pause before the next attempt: exponential backoff with jitter.
 *
 * The pause doubles with each failure, up to `maxMs`. Its length is random between one half and the whole, so that
 * processes that failed together do not retry together.
 *
 * @param failures how many attempts have failed so far, from 1.
 */
export function backoffMs(failures: number, { minMs, maxMs }: BackoffLimits): number {
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.max(0, failures - 1));
  return ceiling * (0.5 + Math.random() / 2);
}
