/**
 * The port to the job queue, for slow outside work that must be done after an act. An act enqueues the job in its own
 * transaction, so that the job exists only if the act is committed. `src/jobs/` has the queue and its workers.
 */
import type { Logger } from 'pino';
import type { Database, Tx } from '../../database/db.ts';
import type { Author } from '../act/structureEvent.ts';
import type { PullRequestSource } from './pullRequestSource.ts';
import type { Runtime } from './runtime.ts';

export type Job =
  /** Starts the container of a PENDING agent. */
  | { name: 'agent.start'; data: { agentId: string } }
  /**
   * Stops and removes a container that its agent does not use any more. With a null reference: the container that an
   * interrupted start may have left.
   */
  | { name: 'agent.teardown'; data: { agentId: string; containerRef: string | null } }
  /**
   * Asks the host again about a pull request, of which it returned too little. `attempt` counts from 1. One job of a pull
   * request waits at a time.
   */
  | { name: 'pullRequest.refresh'; data: { pullRequestId: string; attempt: number } }
  /** Runs a schedule that was found due. `claimedAt` is an ISO time, and identifies the run. */
  | { name: 'schedule.run'; data: { scheduleId: string; claimedAt: string } }
  /** Creates the checkout of an execution workspace. */
  | { name: 'checkout.create'; data: { executionWorkspaceId: string } }
  /** Cleans up the checkout of an execution workspace that was closed in this generation. */
  | {
      name: 'checkout.cleanup';
      data: { executionWorkspaceId: string; generation: number; checkoutRef: string };
    };

export type JobQueue = {
  /** Enqueues a job in the transaction. A rollback removes it. Of waiting jobs with one key, the first stays alone. */
  enqueue(tx: Tx, job: Job, options?: { afterSeconds?: number; key?: string }): Promise<void>;
  /** Enqueues jobs of one name with one statement. */
  enqueueAll<Name extends Job['name']>(
    tx: Tx,
    name: Name,
    data: Extract<Job, { name: Name }>['data'][],
  ): Promise<void>;
  /** Whether such a job waits or runs, as the transaction sees it. */
  isAwaited(tx: Tx, job: Job): Promise<boolean>;
};

/** Which execution workspaces the sweeper closes. */
export type SweepSettings = {
  /** How long one that is not used stays open, in days. */
  idleDays: number;
  /** How long one stays open after its last session has ended, in minutes: the session may be restored. */
  graceMinutes: number;
};

/** One attempt at a job, with the ports that it works through. It acts as the system, under the job's name. */
export type JobRun = {
  name: string;
  db: Database;
  jobs: JobQueue;
  runtime: Runtime;
  pullRequestSource: PullRequestSource;
  sweep: SweepSettings;
  log: Logger;
  /** Aborted when the attempt times out, the process ends, or another worker has taken the job. */
  signal: AbortSignal;
  /** False for a retry: an earlier attempt may have got any distance. */
  isFirst: boolean;
  /** No retry follows a failure of this attempt. */
  isLast: boolean;
};

/** Stored with the finished job, for operators. */
export type JobOutcome = Record<string, string | number>;

/** Runs a part of a job in one transaction. */
export async function transactFor<Result>(
  run: Pick<JobRun, 'name' | 'db'>,
  work: (tx: Tx, author: Author) => Promise<Result>,
): Promise<Result> {
  const author: Author = { viewer: { kind: 'SYSTEM', id: null, name: run.name }, requestId: null };
  return await run.db.transact({ actor: author.viewer, requestId: author.requestId }, (tx) =>
    work(tx, author),
  );
}
