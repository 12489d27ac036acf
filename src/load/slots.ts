/** A limited number of slots that waiting keys take in turns. */
import { BusyError } from './busy.ts';

export type SlotLimits = {
  total: number;
  /** The most slots that one key holds. Default: all. */
  perKey?: number;
  /** The most tasks of one key that wait. Default: any number. */
  maxWaiting?: number;
};

export type Slots = {
  /**
   * Takes a slot. The keys take turns, so a key with many tasks does not starve the others. The tasks of one key get
   * slots in the order in which they asked.
   *
   * @param waitMs how long to wait at most. Default: until there is a slot.
   * @returns gives the slot back. Further calls have no effect.
   * @throws BusyError when the wait is over, or too many tasks of the key wait already
   */
  take(key: string, waitMs?: number): Promise<() => void>;
};

type Waiter = PromiseWithResolvers<() => void>;

export function createSlots({
  total,
  perKey = total,
  maxWaiting = Number.POSITIVE_INFINITY,
}: SlotLimits): Slots {
  let taken = 0;
  const heldBy = new Map<string, number>();
  /** The key at the front is served next. */
  const waiting = new Map<string, Set<Waiter>>();

  const mayHoldMore = (key: string) => (heldBy.get(key) ?? 0) < perKey;

  function count(key: string, change: 1 | -1): void {
    taken += change;
    const held = (heldBy.get(key) ?? 0) + change;
    if (held > 0) heldBy.set(key, held);
    else heldBy.delete(key);
  }

  function give(key: string): () => void {
    count(key, 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      count(key, -1);
      serveNext();
    };
  }

  function serveNext(): void {
    for (const [key, queue] of waiting) {
      const [waiter] = queue;
      if (!waiter || !mayHoldMore(key)) continue;
      leave(key, waiter);
      // The slot passes straight to the waiter, so that a new caller cannot take it first.
      waiter.resolve(give(key));
      // The other keys come first now.
      if (queue.size > 0) {
        waiting.delete(key);
        waiting.set(key, queue);
      }
      return;
    }
  }

  function leave(key: string, waiter: Waiter): void {
    const queue = waiting.get(key);
    queue?.delete(waiter);
    if (queue?.size === 0) waiting.delete(key);
  }

  return {
    async take(key, waitMs) {
      if (taken < total && mayHoldMore(key)) return give(key);
      const queue = waiting.get(key) ?? new Set();
      if (queue.size >= maxWaiting) throw new BusyError();
      const waiter: Waiter = Promise.withResolvers();
      waiting.set(key, queue.add(waiter));
      if (waitMs === undefined) return await waiter.promise;
      const timer = setTimeout(() => {
        leave(key, waiter);
        waiter.reject(new BusyError());
      }, waitMs);
      return await waiter.promise.finally(() => clearTimeout(timer));
    },
  };
}
