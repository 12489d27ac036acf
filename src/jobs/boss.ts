/** pg-boss, on connections of ours, as one process has it. */
import { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import type { Database } from '../db.ts';
import { QUEUES, type QueueName } from './queue.ts';

/** How often the queues are looked through, by one process of all, for jobs whose worker has died. */
const SUPERVISE_SECONDS = 5;
/** How often what has had its time is deleted. Recurring jobs leave a row each. */
const MAINTAIN_SECONDS = 10 * 60;
/** Jobs that wait for jobs: there are none. */
const FLOW_SECONDS = 24 * 3600;

export type Boss = {
  boss: PgBoss;
  /** Makes the queues that are not there, and has those that are be as they are meant to. Once is enough. */
  ready(): Promise<void>;
};

export function createBoss({ jobPool }: Pick<Database, 'jobPool'>, log: Logger): Boss {
  let isFailing = false;
  const boss = new PgBoss({
    db: {
      async executeSql(text, values) {
        const result = await jobPool.query(text, values);
        isFailing = false;
        return result;
      },
    },
    schema: 'pgboss',
    // The tables come with the migrations of everything else.
    migrate: false,
    createSchema: false,
    // Its schedules know no less than a minute.
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    maintenanceIntervalSeconds: MAINTAIN_SECONDS,
    flowIntervalSeconds: FLOW_SECONDS,
    // What it would tell of the database, /metrics tells.
    monitorVacuum: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  // Every worker tells of a database that is away, each time it looks: once is enough.
  boss.on('error', (error) => {
    if (!isFailing) log.warn({ err: error }, 'jobs: the queue does not answer; trying on');
    isFailing = true;
  });
  boss.on('warning', ({ message, data }) => log.warn({ data }, `jobs: ${message}`));

  let isReady: Promise<void> | undefined;
  return {
    boss,
    ready() {
      isReady ??= makeQueues(boss).catch((error) => {
        isReady = undefined;
        throw error;
      });
      return isReady;
    },
  };
}

async function makeQueues(boss: PgBoss): Promise<void> {
  const names = Object.keys(QUEUES) as QueueName[];
  const there = new Map((await boss.getQueues(names)).map((queue) => [queue.name, queue]));
  for (const name of names) {
    const { policy, ...options } = QUEUES[name];
    const queue: Record<string, unknown> | undefined = there.get(name) && { ...there.get(name) };
    if (!queue) await boss.createQueue(name, { policy, ...options });
    else if (Object.entries(options).some(([option, value]) => queue[option] !== value)) {
      await boss.updateQueue(name, options);
    }
  }
}
