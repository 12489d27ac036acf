import type { SequencedBatch } from '../bus/batch.ts';
import { createDoorbell } from '../doorbell.ts';
import type { FeedLog } from '../logger.ts';
import { NO_METER, type SequencingMeter } from '../meter.ts';
import { createPartitionKeeper, isMissingPartition, type PartitionKeeper } from './partition.ts';
import { type Retention, startRetention } from './retention.ts';
import { connectSequencer, disconnect, type SequencerClient, tryLead } from './sequencerClient.ts';
import { type EmptyAt, look, type Sequenced, sequence } from './sequencing.ts';

export type SequencerOptions = {
  /** A direct connection to the database. */
  url: string;
  /** Called after the commit, in the order of positions. Must not throw. */
  publish(batch: SequencedBatch): void;
  log: FeedLog;
  /** What whoever leads keeps of the log; without it, everything. */
  retention?: Retention;
  meter?: SequencingMeter;
  /** See SequencingOptions. */
  batchSize?: number;
  /** How long a change that nobody announced may wait to be found. */
  pollMs?: number;
  /** See RetentionOptions. */
  retentionEveryMs?: number;
  /** How often EmptyAt is not relied upon, at most. */
  wholeLookMs?: number;
};

export type Sequencer = {
  /** Something was committed. */
  nudge(): void;
  /** Whether it gives positions, rather than standing by or being without a database. */
  isLeading(): boolean;
  /** Whether another process does, and this one would take its place. */
  isStandingBy(): boolean;
  /** The position given last, as far as this process knows: of when it led. */
  head(): number;
  /** Finishes the batch at hand and lets go of the lock. */
  stop(): Promise<void>;
};

const BATCH_SIZE = 512;
const POLL_MS = 25;
const WHOLE_LOOK_MS = 10_000;
/** The longer it takes to look at everything, the seldomer that is done: for no more than a hundredth of the time. */
const WHOLE_LOOK_REST = 100;
const STAND_BY_MS = 500;
const MIN_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 1_000;
/** How long stopping waits for the batch at hand, before it breaks the connection. */
const STOP_MS = 5_000;

/**
 * Gives positions to committed changes for as long as it is not stopped, or stands by while another process does.
 * Whatever happens to the database, it tries again and never throws.
 */
export function startSequencer(options: SequencerOptions): Sequencer {
  const { url, log, batchSize = BATCH_SIZE, pollMs = POLL_MS, meter = NO_METER } = options;
  const { wholeLookMs = WHOLE_LOOK_MS } = options;
  const doorbell = createDoorbell();
  let isStopped = false;
  let isLeading = false;
  let isStandingBy = false;
  let failures = 0;
  let knownHead = 0;
  let current: SequencerClient | undefined;

  async function run(): Promise<void> {
    while (!isStopped) {
      try {
        await serve(await connectSequencer(url));
      } catch (error) {
        failures += 1;
        if (failures === 1) log.warn({ err: error }, 'feed: the sequencer lost the database and tries again');
      }
      if (isStopped) return;
      const backoff = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.max(0, failures - 1));
      await doorbell.wait(backoff * (0.5 + Math.random() / 2));
    }
  }

  async function serve(connection: SequencerClient): Promise<void> {
    current = connection;
    let retaining: ReturnType<typeof startRetention> | undefined;
    try {
      while (!isStopped && !(await tryLead(connection))) {
        if (!isStandingBy) log.info({}, 'feed: standing by, since another process sequences');
        isStandingBy = true;
        failures = 0;
        await doorbell.wait(STAND_BY_MS);
      }
      isStandingBy = false;
      if (isStopped) return;
      const { retention, retentionEveryMs: everyMs } = options;
      retaining = retention && startRetention({ url, log, everyMs, ...retention });
      await lead(connection);
    } finally {
      isLeading = false;
      isStandingBy = false;
      // The lock first: somebody may be waiting for it.
      await disconnect(connection.client);
      await retaining?.stop();
    }
  }

  async function lead({ client, server }: SequencerClient): Promise<void> {
    const partitions = createPartitionKeeper(client, log);
    const { rows } = await client.query<{ position: string }>('SELECT position FROM feed_head');
    knownHead = Number(rows[0]?.position ?? 0);
    let isWork = true;
    let emptyAt: EmptyAt | undefined;
    let wholeDueAt = 0;
    isLeading = true;
    log.info({ head: knownHead }, 'feed: sequencing');
    while (!isStopped) {
      if (performance.now() > wholeDueAt) emptyAt = undefined;
      if (isWork) {
        await partitions.keepAhead(knownHead);
        const move = () => sequence(client, { batchSize, server, knownHead, emptyAt });
        const { head, batches, isMore, lagMs, ...moved } = await paced(() => withRoom(partitions, move));
        failures = 0;
        for (const batch of batches) options.publish(batch);
        if (batches.length > 0) {
          meter.sequenced(
            batches.reduce((sum, { count }) => sum + count, 0),
            lagMs,
          );
        }
        knownHead = head;
        emptyAt = moved.emptyAt;
        isWork = isMore;
      } else if (await doorbell.wait(pollMs)) {
        isWork = true;
      } else {
        const emptyNow = await paced(() => look(client, emptyAt));
        isWork = emptyNow === undefined;
        emptyAt = emptyNow ?? emptyAt;
      }
    }

    async function paced<Result>(read: () => Promise<Result>): Promise<Result> {
      const isWhole = emptyAt === undefined;
      const startedAt = performance.now();
      const result = await read();
      const now = performance.now();
      if (isWhole) wholeDueAt = now + Math.max(wholeLookMs, WHOLE_LOOK_REST * (now - startedAt));
      return result;
    }
  }

  async function withRoom(partitions: PartitionKeeper, move: () => Promise<Sequenced>): Promise<Sequenced> {
    try {
      return await move();
    } catch (error) {
      if (!isMissingPartition(error)) throw error;
      log.warn({ err: error }, 'feed: a batch needs more partitions than there are; making them');
      await partitions.makeRoom();
      return await move();
    }
  }

  const running = run();
  return {
    nudge() {
      if (isLeading) doorbell.ring();
    },
    isLeading: () => isLeading,
    isStandingBy: () => isStandingBy,
    head: () => knownHead,
    async stop() {
      isStopped = true;
      doorbell.ring();
      const timer = setTimeout(() => current && disconnect(current.client), STOP_MS);
      await running;
      clearTimeout(timer);
    },
  };
}
