/**
 * Work that comes after an act: slow, outside, and sure to be done. An act leaves the job behind in its own transaction,
 * so that it is there exactly when the act has happened. `src/jobs/` has the queue.
 */
import type { Tx } from '../db.ts';

export type Job =
  /** Have the runtime start the container of an agent that is PENDING. */
  | { name: 'agent.start'; data: { agentId: string } }
  /** Have the runtime stop and remove a container that is no agent's any more. */
  | { name: 'agent.teardown'; data: { agentId: string; containerRef: string } };

export type JobQueue = {
  /** Leaves a job behind in the transaction; rolled back with it. */
  enqueue(tx: Tx, job: Job): Promise<void>;
};
