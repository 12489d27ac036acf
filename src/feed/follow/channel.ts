import type { Change } from '../log/change.ts';
import type { CursorExpiredError } from '../log/error.ts';
import type { Head } from '../log/head.ts';
import { createRing, type RingLimits } from './ring.ts';

/** What this process knows of one organization's feed. All streams of the organization share it. */
export type Channel = {
  /** UUID. */
  readonly organizationId: string;
  readonly epoch: string;
  /** This process knows every change up to this position. It only grows. */
  checked(): number;
  /** Whether every change between the position and `checked` is in memory. If not, read the log. */
  covers(position: number): boolean;
  /** The first change after a position that the channel covers. */
  next(position: number): Change | undefined;
  /** Why the channel has ended; undefined while it has not. */
  failure(): CursorExpiredError | undefined;
  /** Calls the listener whenever `checked` or `failure` changes. @returns removes the listener. */
  onMove(listener: () => void): () => void;
};

export type ChannelWriter = Channel & {
  /**
   * Appends every change up to a position.
   *
   * @param changes all changes between `checked` and `upTo`. Known ones may be among them and are ignored.
   * @param bytes their size together.
   */
  extend(changes: readonly Change[], bytes: number, upTo: number): void;
  /** Continues from a position, because the changes before it are no longer stored. */
  skipTo(position: number): void;
  /** Evicts changes beyond the limits, which may have become smaller. */
  trim(): void;
  fail(error: CursorExpiredError): void;
};

export function createChannel(organizationId: string, head: Head, limits: () => RingLimits): ChannelWriter {
  const ring = createRing(head.position, limits);
  const listeners = new Set<() => void>();
  let checked = head.position;
  let failure: CursorExpiredError | undefined;

  function notify(): void {
    for (const listener of listeners) listener();
  }

  return {
    organizationId,
    epoch: head.epoch,
    checked: () => checked,
    covers: (position) => position >= ring.from(),
    next: ring.next,
    failure: () => failure,
    onMove(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    extend(changes, bytes, upTo) {
      if (upTo <= checked) return;
      const fresh = changes.filter((change) => change.position > checked);
      if (fresh.length > 0) ring.append(fresh, (bytes * fresh.length) / changes.length);
      checked = upTo;
      notify();
    },

    skipTo(position) {
      if (position <= checked) return;
      ring.restart(position);
      checked = position;
      notify();
    },

    trim: ring.trim,

    fail(error) {
      failure = error;
      notify();
    },
  };
}
