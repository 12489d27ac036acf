import type { Change } from '../log/change.ts';

export type RingLimits = { changes: number; bytes: number };

/** Keeps the newest changes of one organization in bounded memory, without gaps. Most readers need no others. */
export type Ring = {
  /** Every known change after this position is in the ring. */
  from(): number;
  /** @param bytes the size of the changes together. */
  append(changes: readonly Change[], bytes: number): void;
  /** Evicts the oldest changes beyond the limits. */
  trim(): void;
  /** The first change after the position, which must not be below `from`. */
  next(position: number): Change | undefined;
  /** Empties the ring and starts again after the position. */
  restart(position: number): void;
};

type Entry = { change: Change; bytes: number };

/** @param limits read at every append and trim, because they may change. */
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
    // Compacting when half of the array is free moves each change once on average.
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
