/** Works on jobs in this process. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobWithMetadata } from 'pg-boss';
import type { Logger } from 'pino';
import type { Database } from '../database/db.ts';
import { backoffMs } from '../load/backoff.ts';
import type { JobQueue, JobRun, SweepSettings } from '../services/port/job.ts';
import type { PullRequestSource } from '../services/port/pullRequestSource.ts';
import type { Runtime } from '../services/port/runtime.ts';
import type { Boss } from './boss.ts';
import { EVERY_SECONDS, type QueueName, type RecurringName } from './queue.ts';
import { type Work, workOf } from './work.ts';

export type WorkersOptions = {
  boss: Boss;
  db: Database;
  jobs: JobQueue;
  runtime: Runtime;
  pullRequestSource: PullRequestSource;
  sweep: SweepSettings;
  log: Logger;
  /** For tests: other intervals of recurring jobs. */
  everySeconds?: Partial<Record<RecurringName, number>>;
};

export type Workers = {
  /** Makes idle workers of the queue poll at once. */
  nudge(queue: QueueName): void;
  /**
   * Takes no more jobs and waits for the running ones. Jobs that do not end within the deadline return to their queue,
   * and another process retries them.
   */
  stop(deadlineMs: number): Promise<void>;
};

const BACKOFF = { minMs: 250, maxMs: 5_000 };
/** How long aborted jobs may take to end. */
const ABORT_MS = 6_000;

/**
 * Works until stopped. It retries while the database is unreachable or not migrated yet, at the start and later. Never
 * throws.
 */
export function startWorkers({
  boss: { boss, ready },
  runtime,
  log,
  everySeconds,
  ...context
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
        if (failures === 0) log.warn({ err: error }, 'jobs: the workers cannot start yet; retrying');
        await sleep(backoffMs(failures + 1, BACKOFF), undefined, {
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
      // The default batch size is one.
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
    const jobLog = log.child({ jobId, queue, attempt: retryCount + 1 });
    const attempt: JobRun = {
      ...context,
      runtime,
      name: queue,
      log: jobLog,
      signal,
      isFirst: retryCount === 0 && sourceRootId === null,
      isLast: retryCount >= retryLimit,
    };
    try {
      const outcome = await work(attempt, data);
      jobLog.debug({ outcome }, 'jobs: done');
      return outcome;
    } catch (error) {
      jobLog.warn({ err: error, isLast: attempt.isLast }, 'jobs: an attempt failed');
      throw error;
    }
  }

  /** Enqueues the job in each interval. `singletonSeconds` lets only the first process of the installation do so. */
  function recur(queue: RecurringName, everySeconds: number): void {
    const enqueue = async (): Promise<void> => {
      const id = await boss.send(queue, null, { singletonSeconds: everySeconds });
      if (id !== null) nudge(queue);
    };
    // The workers report an unreachable database.
    const timer = setInterval(() => void enqueue().catch(() => {}), everySeconds * 1000);
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
      // pg-boss has returned the remaining jobs to their queues and aborted their signals.
      if (running.size > 0) {
        const timeout = sleep(ABORT_MS, undefined, { ref: false });
        await Promise.race([Promise.allSettled(running), timeout]);
      }
    },
  };
}

function isRecurring(queue: QueueName): queue is RecurringName {
  return queue in EVERY_SECONDS;
}
