/** Lets one waiter sleep until somebody rings, or a time has passed. A ring while nobody waits is kept. */
export type Doorbell = {
  ring(): void;
  /** Whether it was rung, rather than that the time was over. */
  wait(ms: number): Promise<boolean>;
};

export function createDoorbell(): Doorbell {
  let isRung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      isRung = true;
      wake?.();
    },
    async wait(ms) {
      if (!isRung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = setTimeout(resolve, ms);
        await promise;
        clearTimeout(timer);
        wake = undefined;
      }
      const wasRung = isRung;
      isRung = false;
      return wasRung;
    },
  };
}
