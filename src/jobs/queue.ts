/** The queues. docs/runtime.md and the command `muster jobs` use these names. */
import type { Queue } from 'pg-boss';

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** pg-boss needs a limit, so this stands for none. */
const FOR_EVER_SECONDS = 10 * 365 * DAY_SECONDS;

/** Keeps jobs whose last attempt has failed, until an operator retries them. No worker reads it. */
export const DEAD_LETTERS = 'dead';

/** A worker that sends no heartbeat for this long counts as dead, and another one retries its job. pg-boss's minimum. */
const HEARTBEAT_SECONDS = 10;

type QueueOptions = Omit<Queue, 'name'>;

/** Work that must be done. It is retried, and kept as a dead letter when every attempt has failed. */
const lasting = (options: QueueOptions): QueueOptions => ({
  policy: 'standard',
  deadLetter: DEAD_LETTERS,
  retryBackoff: true,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  retentionSeconds: FOR_EVER_SECONDS,
  deleteAfterSeconds: 7 * DAY_SECONDS,
  ...options,
});

/** Periodic work: one job at a time per installation. A failure is not retried, because the next run is due soon. */
const recurring = (options: QueueOptions): QueueOptions => ({
  policy: 'exclusive',
  retryLimit: 0,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  retentionSeconds: HOUR_SECONDS,
  deleteAfterSeconds: 10 * MINUTE_SECONDS,
  ...options,
});

/** In creation order: a queue comes after its dead letter queue. */
export const QUEUES = {
  [DEAD_LETTERS]: {
    policy: 'standard',
    retryLimit: 0,
    retentionSeconds: FOR_EVER_SECONDS,
    deleteAfterSeconds: 7 * DAY_SECONDS,
  },
  // Retries after about 3, 6, 12, 24 and 48 seconds, because a user waits for the agent.
  'agent.start': lasting({ retryLimit: 5, retryDelay: 2, expireInSeconds: 6 * MINUTE_SECONDS }),
  // Retries for about two hours: no user waits, but a container that keeps running costs money.
  'agent.teardown': lasting({
    retryLimit: 18,
    retryDelay: 2,
    retryDelayMax: 10 * MINUTE_SECONDS,
    expireInSeconds: 3 * MINUTE_SECONDS,
  }),
  // Retries after about 3, 6, 12, 24 and 48 seconds. The next due time may be a minute away.
  'schedule.run': lasting({ retryLimit: 5, retryDelay: 2, expireInSeconds: MINUTE_SECONDS }),
  // One job of a pull request waits. It is asked again about a few times, and no dead letter tells of the last one: the
  // pull request itself says what is unknown.
  'pullRequest.refresh': {
    policy: 'short',
    retryLimit: 3,
    retryDelay: 30,
    retryBackoff: true,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: MINUTE_SECONDS,
    retentionSeconds: DAY_SECONDS,
    deleteAfterSeconds: HOUR_SECONDS,
  },
  // Retries after about 3, 6, 12, 24 and 48 seconds, because a session waits for it.
  'checkout.create': lasting({ retryLimit: 5, retryDelay: 2, expireInSeconds: 6 * MINUTE_SECONDS }),
  // Retries for about three minutes. Then a person decides.
  'checkout.cleanup': lasting({ retryLimit: 6, retryDelay: 2, expireInSeconds: 10 * MINUTE_SECONDS }),
  'agent.reconcile': recurring({ expireInSeconds: 10 * MINUTE_SECONDS }),
  'session.silence': recurring({ expireInSeconds: MINUTE_SECONDS }),
  'workspace.silence': recurring({ expireInSeconds: MINUTE_SECONDS }),
  'executionWorkspace.sweep': recurring({ expireInSeconds: 10 * MINUTE_SECONDS }),
  'schedule.due': recurring({ expireInSeconds: 10 * MINUTE_SECONDS }),
  'import.sweep': recurring({ expireInSeconds: MINUTE_SECONDS }),
  'import.progress': recurring({ expireInSeconds: MINUTE_SECONDS }),
  'key.expiry': recurring({ expireInSeconds: 10 * MINUTE_SECONDS, deleteAfterSeconds: DAY_SECONDS }),
} satisfies Record<string, QueueOptions>;

export type QueueName = keyof typeof QUEUES;
export type RecurringName =
  | 'agent.reconcile'
  | 'session.silence'
  | 'workspace.silence'
  | 'executionWorkspace.sweep'
  | 'schedule.due'
  | 'import.sweep'
  | 'import.progress'
  | 'key.expiry';

/** The interval of each recurring job, in seconds. */
export const EVERY_SECONDS: Readonly<Record<RecurringName, number>> = {
  'agent.reconcile': 15,
  'session.silence': 5,
  'workspace.silence': 15,
  'executionWorkspace.sweep': MINUTE_SECONDS,
  'schedule.due': 15,
  'import.sweep': 5,
  'import.progress': 3,
  'key.expiry': HOUR_SECONDS,
};
