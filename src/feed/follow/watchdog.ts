import type pg from 'pg';
import { createDoorbell } from '../doorbell.ts';
import type { Change } from '../log/change.ts';
import { type Head, type Page, readBounds, readPage } from '../log/changeLog.ts';
import { CursorExpiredError } from '../log/error.ts';
import type { FeedLog } from '../logger.ts';
import type { ChannelWriter } from './channel.ts';
import type { Intake } from './intake.ts';

/** An organization that is read in this process. */
export type Served = { channel: ChannelWriter; intake: Intake };

export type WatchdogOptions = {
  pool: pg.Pool;
  readHead(): Promise<Head>;
  served(): Served[];
  /** A channel was told of more than there is, and may have left out what there is. It must go. */
  onAhead(channel: ChannelWriter): Promise<void>;
  /** Whether news is expected to arrive by itself. */
  isDelivering(): boolean;
  /** Something was missed, and is found. */
  onMissed?(): void;
  log: FeedLog;
  paceMs?: number;
  /** The pace while news is not expected to arrive, or some of it just did not. */
  fastPaceMs?: number;
};

/** Finds in the log what the bus did not bring. */
export type Watchdog = {
  /** Does so now. */
  check(): void;
  stop(): Promise<void>;
};

const PACE_MS = 1_000;
const FAST_PACE_MS = 100;
const PAGE_CHANGES = 1_000;

export function startWatchdog(options: WatchdogOptions): Watchdog {
  const { pool, log, paceMs = PACE_MS, fastPaceMs = FAST_PACE_MS } = options;
  const doorbell = createDoorbell();
  let isStopped = false;

  async function watch(): Promise<void> {
    let isAnswering = true;
    while (!isStopped) {
      let isMissed = true;
      try {
        const before = options.served().map(({ channel }) => ({ channel, checked: channel.checked() }));
        const head = await options.readHead();
        for (const { channel, checked } of before) {
          if (checked > head.position && !channel.failure()) await failAhead(channel, checked, head);
          else channel.trim();
        }
        isMissed = await catchUp(head);
        isAnswering = true;
      } catch (error) {
        if (isAnswering) log.warn({ err: error }, 'feed: the log cannot be read; trying on');
        isAnswering = false;
      }
      await doorbell.wait(!isMissed && options.isDelivering() ? paceMs : fastPaceMs);
    }
  }

  async function failAhead(channel: ChannelWriter, checked: number, head: Head): Promise<void> {
    const { organizationId } = channel;
    log.error(
      { organizationId, checked, head },
      'feed: an organization was told of changes that do not exist',
    );
    await options.onAhead(channel);
  }

  /** Brings every channel to the head, and tells whether one had missed something. */
  async function catchUp(head: Head): Promise<boolean> {
    let isMissed = false;
    while (!isStopped) {
      const behind = options
        .served()
        .filter(({ channel, intake }) => channel.checked() < head.position && !intake.isReading());
      if (behind.length === 0) break;
      const page = await readBehind(behind, head);
      if (!page) continue;
      if (page.changes.length > 0) {
        isMissed = true;
        options.onMissed?.();
      }
      const changesOf = Map.groupBy(page.changes, (change) => change.organizationId);
      for (const { channel, intake } of behind) {
        const changes: Change[] = changesOf.get(channel.organizationId) ?? [];
        const share = changes.length / Math.max(1, page.changes.length);
        intake.extend(changes, page.bytes * share, page.upTo);
      }
    }
    return isMissed;
  }

  async function readBehind(behind: Served[], head: Head): Promise<Page | undefined> {
    const places = behind.map(({ channel }) => ({
      organizationId: channel.organizationId,
      after: channel.checked(),
    }));
    try {
      return await readPage(pool, { places, upTo: head.position, epoch: head.epoch, limit: PAGE_CHANGES });
    } catch (error) {
      if (!(error instanceof CursorExpiredError)) throw error;
      const { oldest, head: now } = await readBounds(pool);
      const overtaken = behind.filter(({ channel }) => channel.checked() < oldest - 1);
      // Otherwise it is the history that ended, which reading the head will show.
      if (now.epoch !== head.epoch || overtaken.length === 0) throw error;
      // The retention was faster than this process. Its streams find out for themselves.
      for (const { intake } of overtaken) intake.skipTo(head.position);
      return undefined;
    }
  }

  const watching = watch();
  return {
    check: doorbell.ring,
    async stop() {
      isStopped = true;
      doorbell.ring();
      await watching;
    },
  };
}
