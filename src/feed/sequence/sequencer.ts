import { backoffMs } from '../../load/backoff.ts';
import type { SequencedBatch } from '../bus/batch.ts';
import { createSignal } from '../concurrency/signal.ts';
import type { FeedLog } from '../logger.ts';
import { connectSequencer, disconnect, type SequencerConnection, tryLead } from './connection.ts';
import type { SequencingMeter } from './meter.ts';
import { type MovedBatch, moveBatch } from './moveBatch.ts';
import { type EmptySnapshot, LONG_TIMEOUT_MS, probeOutbox } from './outbox.ts';
import { createPartitionKeeper, isMissingPartition, type PartitionKeeper } from './partition.ts';
import { type Retention, startRetention } from './retention.ts';

export type SequencerOptions = {
  /** A direct connection to the database. */
  url: string;
  /** Called after the commit, in the order of positions. Must not throw. */
  publish(batch: SequencedBatch): void;
  log: FeedLog;
  /** How much of the log the leader keeps. Default: all of it. */
  retention?: Retention;
  meter?: SequencingMeter;
  /** See MoveOptions. */
  batchSize?: number;
  /** How often the outbox is polled for changes of writers that do not nudge. */
  pollMs?: number;
  /** See RetentionOptions. */
  retentionEveryMs?: number;
  /** The shortest time between two scans of the whole outbox. See EmptySnapshot. */
  fullScanMs?: number;
};

export type Sequencer = {
  /** Wakes the sequencer after a commit. */
  nudge(): void;
  /** Whether it assigns positions at present. */
  isLeading(): boolean;
  /** Whether another process leads and this one would replace it. */
  isStandingBy(): boolean;
  /** The last position that this process knows of. It is current only while it leads. */
  head(): number;
  /** Finishes the current batch and releases the leader's lock. */
  stop(): Promise<void>;
};

const BATCH_SIZE = 512;
const POLL_MS = 25;
const FULL_SCAN_MS = 10_000;
/** Full scans take at most a hundredth of the time. */
const FULL_SCAN_REST = 100;
const STAND_BY_MS = 500;
const BACKOFF = { minMs: 50, maxMs: 1_000 };
/** How long `stop` waits for the current batch before it breaks the connection. */
const STOP_MS = 5_000;

/**
 * Assigns positions to committed changes, or stands by while another process does, until stopped. It reconnects after
 * every failure of the database and never throws.
 */
export function startSequencer(options: SequencerOptions): Sequencer {
  const { url, log, batchSize = BATCH_SIZE, pollMs = POLL_MS, meter } = options;
  const { fullScanMs = FULL_SCAN_MS } = options;
  const signal = createSignal();
  let isStopped = false;
  let isLeading = false;
  let isStandingBy = false;
  let failures = 0;
  let knownHead = 0;
  /**
   * Whether the last batch or scan got no answer. Its connection may have been silent, or it may have needed longer: so
   * the next one may take long.
   */
  let isUnanswered = false;
  let current: SequencerConnection | undefined;

  async function run(): Promise<void> {
    while (!isStopped) {
      try {
        await serve(await connectSequencer(url));
      } catch (error) {
        failures += 1;
        if (failures === 1) log.warn({ err: error }, 'feed: the sequencer lost the database; reconnecting');
      }
      if (isStopped) return;
      await signal.wait(backoffMs(failures, BACKOFF));
    }
  }

  async function serve(connection: SequencerConnection): Promise<void> {
    current = connection;
    let retaining: ReturnType<typeof startRetention> | undefined;
    try {
      while (!isStopped && !(await tryLead(connection))) {
        if (!isStandingBy) log.info({}, 'feed: standing by, because another process sequences');
        isStandingBy = true;
        failures = 0;
        await signal.wait(STAND_BY_MS);
      }
      isStandingBy = false;
      if (isStopped) return;
      const { retention, retentionEveryMs: everyMs } = options;
      retaining = retention && startRetention({ url, log, everyMs, ...retention });
      await lead(connection);
    } finally {
      isLeading = false;
      isStandingBy = false;
      // The lock is released first, because another process may be waiting for it.
      await disconnect(connection.client);
      await retaining?.stop();
    }
  }

  async function lead({ client, server }: SequencerConnection): Promise<void> {
    const partitions = createPartitionKeeper(client, log);
    const { rows } = await client.query<{ position: string }>('SELECT position FROM feed_head');
    knownHead = Number(rows[0]?.position ?? 0);
    let hasWork = true;
    let emptySnapshot: EmptySnapshot | undefined;
    let fullScanDueAt = 0;
    isLeading = true;
    log.info({ head: knownHead }, 'feed: sequencing');
    while (!isStopped) {
      if (performance.now() > fullScanDueAt) emptySnapshot = undefined;
      if (hasWork) {
        await partitions.keepAhead(knownHead);
        const move = (timeoutMs?: number) =>
          moveBatch(client, { batchSize, server, knownHead, emptySnapshot, timeoutMs });
        const moved = await timed((timeoutMs) => withPartitions(partitions, () => move(timeoutMs)));
        failures = 0;
        publish(moved);
        knownHead = moved.head;
        emptySnapshot = moved.emptySnapshot;
        hasWork = moved.hasMore;
      } else if (await signal.wait(pollMs)) {
        hasWork = true;
      } else {
        const snapshot = await timed((timeoutMs) => probeOutbox(client, emptySnapshot, timeoutMs));
        hasWork = snapshot === undefined;
        emptySnapshot = snapshot ?? emptySnapshot;
      }
    }

    /** Limits the time of a batch or scan, and schedules the next full scan by the time that this one takes. */
    async function timed<Result>(read: (timeoutMs?: number) => Promise<Result>): Promise<Result> {
      const isFullScan = emptySnapshot === undefined;
      const timeoutMs = isUnanswered ? LONG_TIMEOUT_MS : undefined;
      const startedAt = performance.now();
      isUnanswered = true;
      const result = await read(timeoutMs);
      isUnanswered = false;
      const now = performance.now();
      if (isFullScan) fullScanDueAt = now + Math.max(fullScanMs, FULL_SCAN_REST * (now - startedAt));
      return result;
    }
  }

  function publish({ batches, lagMs }: MovedBatch): void {
    for (const batch of batches) options.publish(batch);
    const changes = batches.reduce((sum, { count }) => sum + count, 0);
    if (changes > 0) meter?.sequenced(changes, lagMs);
  }

  async function withPartitions(
    partitions: PartitionKeeper,
    move: () => Promise<MovedBatch>,
  ): Promise<MovedBatch> {
    try {
      return await move();
    } catch (error) {
      if (!isMissingPartition(error)) throw error;
      log.warn({ err: error }, 'feed: a partition is missing; creating it');
      await partitions.createMissing();
      return await move();
    }
  }

  const running = run();
  return {
    nudge() {
      if (isLeading) signal.notify();
    },
    isLeading: () => isLeading,
    isStandingBy: () => isStandingBy,
    head: () => knownHead,
    async stop() {
      isStopped = true;
      signal.notify();
      const timer = setTimeout(() => current && disconnect(current.client), STOP_MS);
      await running;
      clearTimeout(timer);
    },
  };
}
