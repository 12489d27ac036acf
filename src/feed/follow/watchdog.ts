import type pg from 'pg';
import { createSignal } from '../concurrency/signal.ts';
import type { Change } from '../log/change.ts';
import { CursorExpiredError } from '../log/error.ts';
import { type Head, readBounds } from '../log/head.ts';
import { type Page, readPage } from '../log/page.ts';
import type { FeedLog } from '../logger.ts';
import type { ChannelWriter } from './channel.ts';
import type { Intake } from './intake.ts';

/** An organization with a channel in this process. */
export type Served = { channel: ChannelWriter; intake: Intake };

export type WatchdogOptions = {
  pool: pg.Pool;
  readHead(): Promise<Head>;
  served(): Served[];
  /** A channel is ahead of the database, so a forged or void batch may have hidden changes. It must end. */
  onAhead(channel: ChannelWriter): Promise<void>;
  /** Whether the bus is expected to deliver batches. */
  isDelivering(): boolean;
  /** The log had changes that the bus did not deliver. */
  onMissed?(): void;
  log: FeedLog;
  /** How often to poll while the bus delivers. */
  pollMs?: number;
  /** How often to poll while the bus is down or has just lost a batch. */
  fastPollMs?: number;
};

/** Polls the log for changes that the bus did not deliver. */
export type Watchdog = {
  /** Polls now. */
  check(): void;
  stop(): Promise<void>;
};

const POLL_MS = 1_000;
const FAST_POLL_MS = 100;
const PAGE_CHANGES = 1_000;

export function startWatchdog(options: WatchdogOptions): Watchdog {
  const { pool, log, pollMs = POLL_MS, fastPollMs = FAST_POLL_MS } = options;
  const signal = createSignal();
  let isStopped = false;

  async function run(): Promise<void> {
    let isAnswering = true;
    while (!isStopped) {
      let hasMissed = true;
      try {
        const before = options.served().map(({ channel }) => ({ channel, checked: channel.checked() }));
        const head = await options.readHead();
        for (const { channel, checked } of before) {
          if (checked > head.position && !channel.failure()) await failAhead(channel, checked, head);
          else channel.trim();
        }
        hasMissed = await catchUp(head);
        isAnswering = true;
      } catch (error) {
        if (isAnswering) log.warn({ err: error }, 'feed: the log cannot be read; retrying');
        isAnswering = false;
      }
      await signal.wait(!hasMissed && options.isDelivering() ? pollMs : fastPollMs);
    }
  }

  async function failAhead(channel: ChannelWriter, checked: number, head: Head): Promise<void> {
    const { organizationId } = channel;
    log.error({ organizationId, checked, head }, 'feed: a batch named changes that do not exist');
    await options.onAhead(channel);
  }

  /** Brings every channel to the head. @returns whether any had missed a change. */
  async function catchUp(head: Head): Promise<boolean> {
    let hasMissed = false;
    while (!isStopped) {
      const behind = options
        .served()
        .filter(({ channel, intake }) => channel.checked() < head.position && !intake.isReading());
      if (behind.length === 0) break;
      const page = await readBehind(behind, head);
      if (!page) continue;
      if (page.changes.length > 0) {
        hasMissed = true;
        options.onMissed?.();
      }
      const changesOf = Map.groupBy(page.changes, (change) => change.organizationId);
      for (const { channel, intake } of behind) {
        const changes: Change[] = changesOf.get(channel.organizationId) ?? [];
        const share = changes.length / Math.max(1, page.changes.length);
        intake.extend(changes, page.bytes * share, page.upTo);
      }
    }
    return hasMissed;
  }

  async function readBehind(behind: Served[], head: Head): Promise<Page | undefined> {
    const starts = behind.map(({ channel }) => ({
      organizationId: channel.organizationId,
      after: channel.checked(),
    }));
    try {
      return await readPage(pool, { starts, upTo: head.position, epoch: head.epoch, limit: PAGE_CHANGES });
    } catch (error) {
      if (!(error instanceof CursorExpiredError)) throw error;
      const { oldest, head: now } = await readBounds(pool);
      const overtaken = behind.filter(({ channel }) => channel.checked() < oldest - 1);
      // Otherwise the epoch has changed, which the next read of the head detects.
      if (now.epoch !== head.epoch || overtaken.length === 0) throw error;
      // Retention removed changes before this process read them. Its streams fail when they read that part of the log.
      for (const { intake } of overtaken) intake.skipTo(head.position);
      return undefined;
    }
  }

  const running = run();
  return {
    check: signal.notify,
    async stop() {
      isStopped = true;
      signal.notify();
      await running;
    },
  };
}
