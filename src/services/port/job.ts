/**
 * Work that comes after an act: slow, outside, and sure to be done. An act leaves the job behind in its own transaction,
 * so that it is there exactly when the act has happened. `src/jobs/` has the queue, and whoever works on it.
 */
import type { Logger } from 'pino';
import type { Database, Tx } from '../../db.ts';
import type { Author } from '../act/structureEvent.ts';
import type { Runtime } from './runtime.ts';

export type Job =
  /** Have the runtime start the container of an agent that is PENDING. */
  | { name: 'agent.start'; data: { agentId: string } }
  /**
   * Have the runtime stop and remove a container that is no agent's any more. Null: whatever a start may have made that
   * nobody heard the end of.
   */
  | { name: 'agent.teardown'; data: { agentId: string; containerRef: string | null } };

export type JobQueue = {
  /** Leaves a job behind in the transaction; rolled back with it. */
  enqueue(tx: Tx, job: Job): Promise<void>;
  /** Leaves jobs of one name behind, with one statement. */
  enqueueAll<Name extends Job['name']>(
    tx: Tx,
    name: Name,
    data: Extract<Job, { name: Name }>['data'][],
  ): Promise<void>;
  /** Whether such a job is yet to end, as the transaction sees it. */
  isAwaited(tx: Tx, job: Job): Promise<boolean>;
};

/** One attempt at a job, and what it has at hand. It acts as the system, under the name of the job. */
export type JobRun = {
  name: string;
  db: Database;
  jobs: JobQueue;
  runtime: Runtime;
  log: Logger;
  /** Aborted when the attempt is given up: its time is over, the process ends, or another one has taken it. */
  signal: AbortSignal;
  /** Nobody has tried before. Otherwise somebody has, and nobody knows how far they came. */
  isFirst: boolean;
  /** Nobody will try again by themselves. */
  isLast: boolean;
};

/** Kept with the job that is done, for whoever asks what came of it. */
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
