import { expect, it } from 'vitest';
import { type RetryOptions, withRetries } from '../../src/github/retry.ts';

/** An attempt that fails with each of these failures, then succeeds. */
function attemptFailing(...failures: string[]) {
  const attempt = async () => {
    attempt.count++;
    const failure = failures.shift();
    if (failure) throw new Error(failure);
    return 'done';
  };
  attempt.count = 0;
  return attempt;
}

function options(changes: Partial<RetryOptions> = {}): RetryOptions {
  const deadline = new AbortController().signal;
  return { retries: 2, delayMs: 0, deadline, isTransient: () => true, ...changes };
}

it("withRetries returns the attempt's result", async () => {
  const attempt = attemptFailing();
  await expect(withRetries(attempt, options())).resolves.toBe('done');
  expect(attempt.count).toBe(1);
});

it('withRetries retries, and reports each failure', async () => {
  const attempt = attemptFailing('first', 'second');
  const told: unknown[] = [];
  await withRetries(attempt, options({ onRetry: (failure) => told.push((failure as Error).message) }));
  expect(attempt.count).toBe(3);
  expect(told).toEqual(['first', 'second']);
});

it('withRetries throws the last failure', async () => {
  const attempt = attemptFailing('first', 'second', 'third', 'fourth');
  await expect(withRetries(attempt, options())).rejects.toThrow('third');
  expect(attempt.count).toBe(3);
});

it('withRetries does not retry a permanent failure', async () => {
  const attempt = attemptFailing('passing', 'lasting', 'passing');
  const isTransient = (failure: unknown) => (failure as Error).message === 'passing';
  await expect(withRetries(attempt, options({ isTransient }))).rejects.toThrow('lasting');
  expect(attempt.count).toBe(2);
});

it('withRetries does not start a pause after the deadline', async () => {
  const attempt = attemptFailing('first', 'second');
  const deadline = AbortSignal.abort();
  await expect(withRetries(attempt, options({ deadline, delayMs: 600_000 }))).rejects.toThrow('first');
  expect(attempt.count).toBe(1);
});

it('withRetries ends a pause at the deadline with the failure before it', async () => {
  const attempt = attemptFailing('first', 'second');
  const deadline = new AbortController();
  const onRetry = () => setImmediate(() => deadline.abort());
  const changes = { deadline: deadline.signal, delayMs: 600_000, onRetry };
  await expect(withRetries(attempt, options(changes))).rejects.toThrow('first');
  expect(attempt.count).toBe(1);
});
