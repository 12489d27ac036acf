import { Worker } from 'node:worker_threads';
import { createLimiter } from '../../load/limiter.ts';

/** A thread was stopped because it took more time or memory than it may. */
export class ThreadLimitError extends Error {
  readonly limit: 'memory' | 'time';

  constructor(limit: 'memory' | 'time') {
    super(`The thread exceeded its limit of ${limit}.`);
    this.limit = limit;
  }
}

export const DEADLINE_MS = 60_000;
const HEAP_MB = 1_024;
/** Threads that run at once: each may take a processor and `HEAP_MB`. */
const CONCURRENCY = 2;

const limiter = createLimiter(CONCURRENCY);

/**
 * Runs a module in a thread of its own, so that a document of 10,000 workspaces does not block the event loop for
 * seconds. The module finds `data` as `workerData`, and posts its result.
 * @param lane lanes take turns; an organization's tasks share one
 * @throws ThreadLimitError
 */
export async function runInThread<Result>(module: URL, data: unknown, lane: string): Promise<Result> {
  return await limiter(lane, () => run<Result>(module, data));
}

async function run<Result>(module: URL, data: unknown): Promise<Result> {
  const worker = new Worker(module, {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const deadline = setTimeout(() => worker.terminate(), DEADLINE_MS);
  try {
    return await new Promise<Result>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (error) => {
        const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        reject(isMemory ? new ThreadLimitError('memory') : error);
      });
      worker.once('exit', () => reject(new ThreadLimitError('time')));
    });
  } finally {
    clearTimeout(deadline);
    await worker.terminate();
  }
}
