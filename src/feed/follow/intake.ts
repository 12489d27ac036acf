import type { Batch } from '../bus/batch.ts';
import type { Change } from '../log/change.ts';
import type { Page } from '../log/page.ts';
import type { ChannelWriter } from './channel.ts';

export type IntakeOptions = {
  channel: ChannelWriter;
  /** Reads a page of the organization's changes from the log. */
  read(after: number, upTo: number): Promise<Page>;
  /** The log could not be read. The caller must then call `extend` or `skipTo`. */
  onFailure(error: unknown): void;
  /** A batch is missing, so the log is read. */
  onGap?(): void;
  /** How long to wait for a missing batch before reading the log. */
  gapMs?: number;
};

/** Extends a channel without gaps from batches that arrive late, twice, out of order or never. */
export type Intake = {
  receive(batch: Batch): void;
  /** Extends the channel with changes that the watchdog read from the log. */
  extend(changes: readonly Change[], bytes: number, upTo: number): void;
  skipTo(position: number): void;
  /** Whether the log is being read to close a gap. */
  isReading(): boolean;
  close(): void;
};

const GAP_MS = 25;
/** The most batches that wait for an earlier one. With more, the log is read instead. */
const MAX_WAITING = 32;

export function createIntake({ channel, read, onFailure, onGap, gapMs = GAP_MS }: IntakeOptions): Intake {
  let waiting: Batch[] = [];
  let gapTimer: NodeJS.Timeout | undefined;
  let readTo = 0;
  let isReading = false;
  let isClosed = false;

  /** Invariant: a batch extends the channel only if no change can lie between `checked` and the batch. */
  function applyWaiting(): void {
    for (;;) {
      const index = waiting.findIndex((batch) => batch.previous <= channel.checked());
      const [batch] = index < 0 ? [] : waiting.splice(index, 1);
      if (!batch) break;
      if (batch.changes) channel.extend(batch.changes, batch.bytes, batch.last);
      else if (batch.last > channel.checked()) readOn(batch.last);
    }
    if (waiting.length === 0 || isReading) stopGapTimer();
    else gapTimer ??= setTimeout(readWaiting, gapMs);
  }

  function stopGapTimer(): void {
    clearTimeout(gapTimer);
    gapTimer = undefined;
  }

  function readWaiting(): void {
    const last = Math.max(...waiting.map((batch) => batch.last));
    waiting = [];
    onGap?.();
    readOn(last);
  }

  async function readOn(upTo: number): Promise<void> {
    readTo = Math.max(readTo, upTo);
    stopGapTimer();
    if (isReading) return;
    isReading = true;
    try {
      while (channel.checked() < readTo) {
        const after = channel.checked();
        const page = await read(after, readTo);
        if (isClosed) return;
        channel.extend(page.changes, page.bytes, page.upTo);
        // A batch may name a position beyond the log's end. Reading on would never end.
        if (page.upTo <= after) break;
      }
    } catch (error) {
      waiting = [];
      if (!isClosed) onFailure(error);
    } finally {
      readTo = 0;
      isReading = false;
    }
    if (!isClosed) applyWaiting();
  }

  return {
    receive(batch) {
      if (isClosed || batch.last <= channel.checked()) return;
      waiting.push(batch);
      if (waiting.length > MAX_WAITING) readWaiting();
      else applyWaiting();
    },
    extend(changes, bytes, upTo) {
      channel.extend(changes, bytes, upTo);
      applyWaiting();
    },
    skipTo(position) {
      channel.skipTo(position);
      applyWaiting();
    },
    isReading: () => isReading,
    close() {
      isClosed = true;
      waiting = [];
      stopGapTimer();
    },
  };
}
