/** Positions that callers wait for. */
export type Goals = {
  /** Resolves with true once the position is reached, with false if `close` comes first. Never rejects. */
  wait(position: number): Promise<boolean>;
  /** Resolves every goal at or below the position. */
  reached(position: number): void;
  isAwaited(): boolean;
  close(): void;
};

export function createGoals(): Goals {
  let goals: { position: number; resolve(isReached: boolean): void }[] = [];
  return {
    wait(position) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      goals.push({ position, resolve });
      return promise;
    },
    reached(position) {
      if (goals.length === 0) return;
      for (const goal of goals) if (goal.position <= position) goal.resolve(true);
      goals = goals.filter((goal) => goal.position > position);
    },
    isAwaited: () => goals.length > 0,
    close() {
      for (const goal of goals.splice(0)) goal.resolve(false);
    },
  };
}
