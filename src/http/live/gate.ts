/** Holds back deliveries beyond a position for a moment. */
export type Gate = {
  /** The position beyond which nothing passes; undefined while the gate is open. */
  closedAt(): number | undefined;
  /** Closes the gate beyond the position, until it is opened or the time limit has passed. */
  close(position: number): void;
  open(): void;
  /** Waits until a change at the position may pass. */
  pass(position: number): Promise<void>;
};

/** Enough for one query, and short enough for a reader not to notice. */
const MAX_CLOSED_MS = 1_000;

export function createGate(): Gate {
  let closedAt: number | undefined;
  let waiting: PromiseWithResolvers<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function moveTo(position: number | undefined): void {
    closedAt = position;
    waiting?.resolve();
    waiting = undefined;
  }

  function open(): void {
    clearTimeout(timer);
    timer = undefined;
    moveTo(undefined);
  }

  return {
    closedAt: () => closedAt,
    close(position) {
      timer ??= setTimeout(open, MAX_CLOSED_MS);
      moveTo(position);
    },
    open,
    async pass(position) {
      while (closedAt !== undefined && position > closedAt) {
        waiting ??= Promise.withResolvers<void>();
        await waiting.promise;
      }
    },
  };
}
