/** The side of the queue that services use: it enqueues jobs in their transactions. */
import { fromPrisma } from 'pg-boss';
import type { Tx } from '../database/db.ts';
import type { JobQueue } from '../services/port/job.ts';
import type { Boss } from './boss.ts';
import type { QueueName } from './queue.ts';

export type CommittedJobQueue = JobQueue & {
  /** The queues that a committed transaction has added jobs to. */
  enqueuedBy(tx: Tx): readonly QueueName[];
};

export function createJobQueue({ boss, ready }: Boss): CommittedJobQueue {
  const enqueued = new WeakMap<Tx, QueueName[]>();
  return {
    async enqueue(tx, { name, data }, { afterSeconds, key } = {}) {
      await ready();
      await boss.send(name, data, { db: fromPrisma(tx), startAfter: afterSeconds, singletonKey: key });
      enqueued.set(tx, [...(enqueued.get(tx) ?? []), name]);
    },

    async enqueueAll(tx, name, data) {
      if (data.length === 0) return;
      await ready();
      await boss.insert(
        name,
        data.map((each) => ({ data: each })),
        { db: fromPrisma(tx) },
      );
      enqueued.set(tx, [...(enqueued.get(tx) ?? []), name]);
    },

    async isAwaited(tx, { name, data }) {
      const [found] = await tx.$queryRaw<{ isAwaited: boolean }[]>`
        SELECT EXISTS (
          SELECT FROM pgboss.job
           WHERE name = ${name} AND state < 'completed' AND data @> ${JSON.stringify(data)}::jsonb
        ) AS "isAwaited"`;
      return found?.isAwaited ?? false;
    },

    enqueuedBy: (tx) => enqueued.get(tx) ?? [],
  };
}
