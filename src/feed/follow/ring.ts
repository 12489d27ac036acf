import type { Change } from '../log/change.ts';

export type RingLimits = { changes: number; bytes: number };

/** The newest changes of one organization, without gaps, in bounded memory: what most readers need is here. */
export type Ring = {
  /** Every change of the organization after this position, as far as it is known at all, is in the ring. */
  from(): number;
  /** @param bytes of the changes together. */
  append(changes: readonly Change[], bytes: number): void;
  /** Lets go of what is beyond the limits. */
  trim(): void;
  /** The first change beyond the position, which must not be below `from`. */
  next(position: number): Change | undefined;
  /** Forgets everything and starts again after the position. */
  restart(position: number): void;
};

type Entry = { change: Change; bytes: number };

/** @param limits asked at every append and trim; they may change. */
export function createRing(start: number, limits: () => RingLimits): Ring {
  let from = start;
  let entries: Entry[] = [];
  let first = 0;
  let bytes = 0;

  function trim(): void {
    const { changes: maxChanges, bytes: maxBytes } = limits();
    while (entries.length - first > maxChanges || bytes > maxBytes) {
      const entry = entries[first];
      if (!entry) break;
      from = entry.change.position;
      bytes -= entry.bytes;
      first += 1;
    }
    // Half of the array is room to be reclaimed, so each change is moved once on average.
    if (first > entries.length / 2) {
      entries = entries.slice(first);
      first = 0;
    }
  }

  return {
    from: () => from,

    append(changes, total) {
      const share = Math.ceil(total / changes.length);
      for (const change of changes) {
        entries.push({ change, bytes: share });
        bytes += share;
      }
      trim();
    },

    trim,

    next(position) {
      let low = first;
      let high = entries.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((entries[middle]?.change.position ?? 0) > position) high = middle;
        else low = middle + 1;
      }
      return entries[low]?.change;
    },

    restart(position) {
      from = position;
      entries = [];
      first = 0;
      bytes = 0;
    },
  };
}
