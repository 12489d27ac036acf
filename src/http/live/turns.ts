/** Lets the subscriptions of one connection deliver one event at a time, in the order in which they ask. */
export type Turns<Holder> = {
  /** Waits for the holder's turn. */
  take(holder: Holder): Promise<void>;
  /** Ends the holder's turn or, before it has come, its waiting. */
  give(holder: Holder): void;
  /** Whether it is the turn of one. */
  isTaken(): boolean;
};

export function createTurns<Holder>(): Turns<Holder> {
  let current: Holder | undefined;
  const waiting = new Map<Holder, () => void>();

  function next(): void {
    const [first] = waiting;
    current = first?.[0];
    if (!first) return;
    waiting.delete(first[0]);
    first[1]();
  }

  return {
    isTaken: () => current !== undefined,
    async take(holder) {
      if (current === undefined) current = holder;
      else await new Promise<void>((resolve) => waiting.set(holder, resolve));
    },
    give(holder) {
      if (current === holder) return next();
      waiting.get(holder)?.();
      waiting.delete(holder);
    },
  };
}
