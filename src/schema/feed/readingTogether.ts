/**
 * Subscriptions whose objects are read together, and take turns to begin a read: each then begins when the one before has
 * ended, so that a connection may deliver both. A read that is slow does not keep its turn, so that no other waits for it.
 */
import { LRUCache } from 'lru-cache';
import { createSlots } from '../../load/slots.ts';
import type { Reader } from './wanted.ts';

/** How long a read may take that serves events with other selections too. A selection that takes as long alone is slow. */
export const TOGETHER_MS = 250;
/** How long a read keeps its turn. */
const TURN_MS = 100;
/** How long a subscription waits for its turn. */
const MAX_WAIT_MS = 1_000;
/** Longer than a read may take. */
const SLOW_FOR_MS = 30_000;
const MAX_SLOW = 1_000;

export type ReadingTogether = {
  readonly readers: Set<Reader>;
  /** Waits for a turn, for some time. Absent when they take turns anyway. @returns ends the turn */
  turn?(): Promise<() => void>;
};

export function readTogether(): ReadingTogether {
  const slots = createSlots({ total: 1 });
  return {
    readers: new Set(),
    async turn() {
      // Without its turn, the read may be in vain for a connection that has others. Later it would be in vain for all.
      const giveBack = await slots.take('', MAX_WAIT_MS).catch(() => () => {});
      const timer = setTimeout(giveBack, TURN_MS);
      return () => {
        clearTimeout(timer);
        giveBack();
      };
    },
  };
}

/** The selections that were slow to read lately. */
export type SlowSelections = {
  has(key: string): boolean;
  /** Watches a read of some selections. */
  watch(keys: Iterable<string>, read: Promise<unknown>): void;
};

export function createSlowSelections(): SlowSelections {
  const slow = new LRUCache<string, true>({ max: MAX_SLOW, ttl: SLOW_FOR_MS });
  return {
    has: (key) => slow.has(key),
    watch(keys, read) {
      const startedAt = performance.now();
      const note = () => {
        if (performance.now() < startedAt + TOGETHER_MS) return;
        for (const key of keys) slow.set(key, true);
      };
      read.then(note, note);
    },
  };
}
