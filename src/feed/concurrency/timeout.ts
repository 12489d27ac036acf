/**
 * Rejects if the task does not settle in time. The task itself is not cancelled.
 *
 * @throws {Error} after `limitMs` milliseconds.
 */
export async function withTimeout<Result>(limitMs: number, task: Promise<Result>): Promise<Result> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error(`No answer within ${limitMs} ms.`)), limitMs);
  try {
    return await Promise.race([task, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
