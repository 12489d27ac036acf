/** Those of a process that work on jobs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobWithMetadata } from 'pg-boss';
import type { Logger } from 'pino';
import type { Database } from '../db.ts';
import type { JobQueue, JobRun } from '../services/port/job.ts';
import type { Runtime } from '../services/port/runtime.ts';
import type { Boss } from './boss.ts';
import { EVERY_SECONDS, type QueueName, type RecurringName } from './queue.ts';
import { type Work, workOf } from './work.ts';

export type WorkersOptions = {
  boss: Boss;
  db: Database;
  jobs: JobQueue;
  runtime: Runtime;
  log: Logger;
  /** For tests: how often recurring jobs are done, other than usual. */
  everySeconds?: Partial<Record<RecurringName, number>>;
};

export type Workers = {
  /** There is a job in the queue: whoever is free looks at once. */
  nudge(queue: QueueName): void;
  /**
   * Takes no more jobs, and waits for those at hand. What has not ended within the deadline is handed back, to be tried
   * again by whoever is there.
   */
  stop(deadlineMs: number): Promise<void>;
};

const MIN_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 5_000;
/** What is given up needs a moment to notice. */
const GIVING_UP_MS = 6_000;

/**
 * Works until stopped. The database may be away, or not be migrated yet, at the start or at any time: then it tries
 * again. Never throws.
 */
export function startWorkers({
  boss: { boss, ready },
  runtime,
  log,
  everySeconds,
  ...atHand
}: WorkersOptions): Workers {
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();
  const timers: NodeJS.Timeout[] = [];

  async function begin(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; failures += 1) {
      try {
        await boss.start();
        await ready();
        if (stopping.signal.aborted) return;
        for (const work of workOf(runtime)) await assign(work);
        if (failures > 0) log.info('jobs: working');
        return;
      } catch (error) {
        if (failures === 0) log.warn({ err: error }, 'jobs: the queue cannot be worked on yet; trying on');
        const backoff = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(failures, 10));
        await sleep(backoff * (0.5 + Math.random() / 2), undefined, {
          signal: stopping.signal,
          ref: false,
        }).catch(() => {});
      }
    }
  }

  async function assign(work: Work): Promise<void> {
    const { queue, concurrency, pollSeconds } = work;
    await boss.work(
      queue,
      { includeMetadata: true, localConcurrency: concurrency, pollingIntervalSeconds: pollSeconds },
      // Batches have one job, unless they are asked to have more.
      ([job]: JobWithMetadata[]) => (job ? tracked(run(work, job)) : Promise.resolve({})),
    );
    if (isRecurring(queue)) recur(queue, everySeconds?.[queue] ?? EVERY_SECONDS[queue]);
  }

  async function tracked<Outcome>(attempt: Promise<Outcome>): Promise<Outcome> {
    running.add(attempt);
    try {
      return await attempt;
    } finally {
      running.delete(attempt);
    }
  }

  async function run({ queue, do: work }: Work, job: JobWithMetadata) {
    const { id: jobId, data, retryCount, retryLimit, sourceRootId, signal } = job;
    const told = log.child({ jobId, queue, attempt: retryCount + 1 });
    const attempt: JobRun = {
      ...atHand,
      runtime,
      name: queue,
      log: told,
      signal,
      isFirst: retryCount === 0 && sourceRootId === null,
      isLast: retryCount >= retryLimit,
    };
    try {
      const outcome = await work(attempt, data);
      told.debug({ outcome }, 'jobs: done');
      return outcome;
    } catch (error) {
      told.warn({ err: error, isLast: attempt.isLast }, 'jobs: an attempt failed');
      throw error;
    }
  }

  /** Of all processes that do this, the first one in each span of time leaves the job there, and does it. */
  function recur(queue: RecurringName, everySeconds: number): void {
    const call = async (): Promise<void> => {
      const id = await boss.send(queue, null, { singletonSeconds: everySeconds });
      if (id !== null) nudge(queue);
    };
    // When the database is away, the workers tell of it.
    const timer = setInterval(() => void call().catch(() => {}), everySeconds * 1000);
    timers.push(timer.unref());
  }

  function nudge(queue: QueueName): void {
    for (const { id, name } of boss.getWipData()) if (name === queue) boss.notifyWorker(id);
  }

  const beginning = begin();
  return {
    nudge,
    async stop(deadlineMs) {
      stopping.abort();
      for (const timer of timers) clearInterval(timer);
      await beginning;
      await boss.stop({ graceful: true, timeout: deadlineMs, close: false });
      // Their jobs are handed back, and their signals aborted.
      if (running.size > 0) {
        const patience = sleep(GIVING_UP_MS, undefined, { ref: false });
        await Promise.race([Promise.allSettled(running), patience]);
      }
    },
  };
}

function isRecurring(queue: QueueName): queue is RecurringName {
  return queue in EVERY_SECONDS;
}
