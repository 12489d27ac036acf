import type { Change } from '../log/change.ts';
import type { Head } from '../log/changeLog.ts';
import type { CursorExpiredError } from '../log/error.ts';
import { createRing, type RingLimits } from './ring.ts';

/** What this process knows of one organization's feed. All its streams read from here, and hold nothing themselves. */
export type Channel = {
  /** UUID. */
  readonly organizationId: string;
  readonly epoch: string;
  /** Every change up to here is committed, stored, and known to this process. Grows only. */
  checked(): number;
  /** Whether everything between the position and `checked` is at hand; if not, it must be read from the log. */
  reaches(position: number): boolean;
  /** The first change beyond a position that the channel reaches. */
  next(position: number): Change | undefined;
  /** Why the channel will never move again, once that is so. */
  failure(): CursorExpiredError | undefined;
  /** Called whenever `checked` or `failure` changes. @returns ends that. */
  onMove(listener: () => void): () => void;
};

export type ChannelWriter = Channel & {
  /**
   * Everything that is new up to a position.
   *
   * @param changes all between `checked` and `upTo`; ones that are known already may be among them.
   * @param bytes of the changes together.
   */
  extend(changes: readonly Change[], bytes: number, upTo: number): void;
  /** Goes on from a position without what lies before it, which is no longer stored. */
  skipTo(position: number): void;
  /** Lets go of what is beyond the limits, for when they have become narrower. */
  trim(): void;
  fail(error: CursorExpiredError): void;
};

export function createChannel(organizationId: string, head: Head, limits: () => RingLimits): ChannelWriter {
  const ring = createRing(head.position, limits);
  const listeners = new Set<() => void>();
  let checked = head.position;
  let failure: CursorExpiredError | undefined;

  function moved(): void {
    for (const listener of listeners) listener();
  }

  return {
    organizationId,
    epoch: head.epoch,
    checked: () => checked,
    reaches: (position) => position >= ring.from(),
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
      moved();
    },

    skipTo(position) {
      if (position <= checked) return;
      ring.restart(position);
      checked = position;
      moved();
    },

    trim: ring.trim,

    fail(error) {
      failure = error;
      moved();
    },
  };
}
