/** Wakes one waiting loop. A notification that arrives while the loop is busy ends its next wait at once. */
export type Signal = {
  notify(): void;
  /** @returns true when notified, false when the time was up. */
  wait(ms: number): Promise<boolean>;
};

export function createSignal(): Signal {
  let isNotified = false;
  let wake: (() => void) | undefined;
  return {
    notify() {
      isNotified = true;
      wake?.();
    },
    async wait(ms) {
      if (!isNotified) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = setTimeout(resolve, ms);
        await promise;
        clearTimeout(timer);
        wake = undefined;
      }
      const wasNotified = isNotified;
      isNotified = false;
      return wasNotified;
    },
  };
}
