/** One process's pg-boss, over our own connection pool. */
import { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import type { Database } from '../database/db.ts';
import { QUEUES, type QueueName } from './queue.ts';

/** How often one process of the installation looks for jobs whose worker has died. */
const SUPERVISE_SECONDS = 5;
/** How often finished jobs are deleted. Each recurring job leaves a row. */
const MAINTAIN_SECONDS = 10 * 60;
/** Muster has no jobs that wait for other jobs, so this runs rarely. */
const FLOW_SECONDS = 24 * 3600;

export type Boss = {
  boss: PgBoss;
  /** Creates missing queues and updates the options of existing ones. It runs once per process. */
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
    // Muster's own migrations create the tables.
    migrate: false,
    createSchema: false,
    // pg-boss schedules have a resolution of a minute, which is too coarse.
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    maintenanceIntervalSeconds: MAINTAIN_SECONDS,
    flowIntervalSeconds: FLOW_SECONDS,
    // /metrics covers the database.
    monitorVacuum: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  // Every worker reports an unreachable database at every poll. Only the first failure is logged.
  boss.on('error', (error) => {
    if (!isFailing) log.warn({ err: error }, 'jobs: the queue cannot be read; retrying');
    isFailing = true;
  });
  boss.on('warning', ({ message, data }) => log.warn({ data }, `jobs: ${message}`));

  let isReady: Promise<void> | undefined;
  return {
    boss,
    ready() {
      isReady ??= createQueues(boss).catch((error) => {
        isReady = undefined;
        throw error;
      });
      return isReady;
    },
  };
}

async function createQueues(boss: PgBoss): Promise<void> {
  const names = Object.keys(QUEUES) as QueueName[];
  const existing = new Map((await boss.getQueues(names)).map((queue) => [queue.name, queue]));
  for (const name of names) {
    const { policy, ...options } = QUEUES[name];
    const queue: Record<string, unknown> | undefined = existing.get(name) && { ...existing.get(name) };
    if (!queue) await boss.createQueue(name, { policy, ...options });
    else if (Object.entries(options).some(([option, value]) => queue[option] !== value)) {
      await boss.updateQueue(name, options);
    }
  }
}
