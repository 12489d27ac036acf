/** The queues there are. docs/runtime.md and the command `muster jobs` speak of them by these names. */
import type { Queue } from 'pg-boss';

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** Longer than anybody will ask. */
const FOR_EVER_SECONDS = 10 * 365 * DAY_SECONDS;

/** Where a job goes whose last attempt has failed. Nobody works on it, and it is kept, until somebody has it tried again. */
export const DEAD_LETTERS = 'dead';

/** So long after a worker was last heard of, it is taken to be dead, and its job is another's. As short as pg-boss allows. */
const HEARTBEAT_SECONDS = 10;

type QueueOptions = Omit<Queue, 'name'>;

/** Work that has to be done, however long that takes to be possible. */
const lasting = (options: QueueOptions): QueueOptions => ({
  policy: 'standard',
  deadLetter: DEAD_LETTERS,
  retryBackoff: true,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  retentionSeconds: FOR_EVER_SECONDS,
  deleteAfterSeconds: 7 * DAY_SECONDS,
  ...options,
});

/** Work that is done again soon anyway: one at a time in all of an installation, and never tried again for its own sake. */
const recurring = (options: QueueOptions): QueueOptions => ({
  policy: 'exclusive',
  retryLimit: 0,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  retentionSeconds: HOUR_SECONDS,
  deleteAfterSeconds: 10 * MINUTE_SECONDS,
  ...options,
});

/** In an order in which they can be made. */
export const QUEUES = {
  [DEAD_LETTERS]: {
    policy: 'standard',
    retryLimit: 0,
    retentionSeconds: FOR_EVER_SECONDS,
    deleteAfterSeconds: 7 * DAY_SECONDS,
  },
  // After some 3, 6, 12, 24, 48 seconds: somebody is waiting for the agent.
  'agent.start': lasting({ retryLimit: 5, retryDelay: 2, expireInSeconds: 6 * MINUTE_SECONDS }),
  // Over some two hours: nobody is waiting, and what is not taken down costs money.
  'agent.teardown': lasting({
    retryLimit: 18,
    retryDelay: 2,
    retryDelayMax: 10 * MINUTE_SECONDS,
    expireInSeconds: 3 * MINUTE_SECONDS,
  }),
  'agent.reconcile': recurring({ expireInSeconds: 10 * MINUTE_SECONDS }),
  'session.silence': recurring({ expireInSeconds: MINUTE_SECONDS }),
  'key.expiry': recurring({ expireInSeconds: 10 * MINUTE_SECONDS, deleteAfterSeconds: DAY_SECONDS }),
} satisfies Record<string, QueueOptions>;

export type QueueName = keyof typeof QUEUES;
export type RecurringName = 'agent.reconcile' | 'session.silence' | 'key.expiry';

/** How often each is done, in seconds. */
export const EVERY_SECONDS: Readonly<Record<RecurringName, number>> = {
  'agent.reconcile': 15,
  'session.silence': 5,
  'key.expiry': HOUR_SECONDS,
};
