import type { Batch } from '../bus/batch.ts';
import type { Change } from '../log/change.ts';
import type { Page } from '../log/changeLog.ts';
import type { ChannelWriter } from './channel.ts';

export type IntakeOptions = {
  channel: ChannelWriter;
  /** A page of the organization's changes out of the log. */
  read(after: number, upTo: number): Promise<Page>;
  /** The log could not be read; `extend` or `skipTo` must come from elsewhere. */
  onFailure(error: unknown): void;
  /** A batch was missing, and the log is read for it. */
  onGap?(): void;
  /** How long a missing batch is waited for before the log is read. */
  gapMs?: number;
};

/** Makes a gapless channel out of batches that come as they like: late, twice, in another order, or never. */
export type Intake = {
  receive(batch: Batch): void;
  /** As the channel's own, for what was found in another way. */
  extend(changes: readonly Change[], bytes: number, upTo: number): void;
  skipTo(position: number): void;
  /** Whether the log is being read to close a gap. */
  isReading(): boolean;
  close(): void;
};

const GAP_MS = 25;
/** Batches that wait for one before them. When there are more, all are read from the log. */
const MAX_WAITING = 32;

export function createIntake({ channel, read, onFailure, onGap, gapMs = GAP_MS }: IntakeOptions): Intake {
  let waiting: Batch[] = [];
  let gapTimer: NodeJS.Timeout | undefined;
  let readTo = 0;
  let isReading = false;
  let isClosed = false;

  /** Invariant: a batch is taken only when nothing can lie between what is known and its first change. */
  function takeWaiting(): void {
    for (;;) {
      const index = waiting.findIndex((batch) => batch.previous <= channel.checked());
      const [batch] = index < 0 ? [] : waiting.splice(index, 1);
      if (!batch) break;
      if (batch.changes) channel.extend(batch.changes, batch.bytes, batch.last);
      else if (batch.last > channel.checked()) readOn(batch.last);
    }
    if (waiting.length === 0 || isReading) stopWaiting();
    else gapTimer ??= setTimeout(readWaiting, gapMs);
  }

  function stopWaiting(): void {
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
    stopWaiting();
    if (isReading) return;
    isReading = true;
    try {
      while (channel.checked() < readTo) {
        const after = channel.checked();
        const page = await read(after, readTo);
        if (isClosed) return;
        channel.extend(page.changes, page.bytes, page.upTo);
        // A batch that tells of more than there is must not keep us here.
        if (page.upTo <= after) break;
      }
    } catch (error) {
      waiting = [];
      if (!isClosed) onFailure(error);
    } finally {
      readTo = 0;
      isReading = false;
    }
    if (!isClosed) takeWaiting();
  }

  return {
    receive(batch) {
      if (isClosed || batch.last <= channel.checked()) return;
      waiting.push(batch);
      if (waiting.length > MAX_WAITING) readWaiting();
      else takeWaiting();
    },
    extend(changes, bytes, upTo) {
      channel.extend(changes, bytes, upTo);
      takeWaiting();
    },
    skipTo(position) {
      channel.skipTo(position);
      takeWaiting();
    },
    isReading: () => isReading,
    close() {
      isClosed = true;
      waiting = [];
      stopWaiting();
    },
  };
}
