/** Keeps back what lies beyond a position, for a moment. */
export type Gate = {
  /** Where it is closed, if it is. */
  closedAt(): number | undefined;
  /** Lets nothing pass that lies beyond the position, until it is opened, or until that has taken too long. */
  close(position: number): void;
  open(): void;
  /** Waits until what lies at the position may pass. */
  pass(position: number): Promise<void>;
};

/** Long enough to ask the database something, and too short for anybody to lose patience. */
const LONGEST_MS = 1_000;

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
      timer ??= setTimeout(open, LONGEST_MS);
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
