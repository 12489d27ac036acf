/** The acts' side of the queue: how they leave jobs behind. */
import { fromPrisma } from 'pg-boss';
import type { Tx } from '../db.ts';
import type { JobQueue } from '../services/port/job.ts';
import type { Boss } from './boss.ts';
import type { QueueName } from './queue.ts';

export type CommittedJobQueue = JobQueue & {
  /** Which queues a transaction that was committed has left jobs in. */
  enqueuedBy(tx: Tx): readonly QueueName[];
};

export function createJobQueue({ boss, ready }: Boss): CommittedJobQueue {
  const left = new WeakMap<Tx, QueueName[]>();
  return {
    async enqueue(tx, { name, data }) {
      await ready();
      await boss.send(name, data, { db: fromPrisma(tx) });
      left.set(tx, [...(left.get(tx) ?? []), name]);
    },

    async isAwaited(tx, { name, data }) {
      const [found] = await tx.$queryRaw<{ isAwaited: boolean }[]>`
        SELECT EXISTS (
          SELECT FROM pgboss.job
           WHERE name = ${name} AND state < 'completed' AND data @> ${JSON.stringify(data)}::jsonb
        ) AS "isAwaited"`;
      return found?.isAwaited ?? false;
    },

    enqueuedBy: (tx) => left.get(tx) ?? [],
  };
}
