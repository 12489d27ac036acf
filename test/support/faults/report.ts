/** The result of a fault test, for the table that `npm run test:faults` prints. */
import { expect, type TestContext } from 'vitest';
import { FLAWLESS, type Verdict } from './oracle.ts';

declare module 'vitest' {
  interface TaskMeta {
    fault?: FaultReport;
  }
}

export type FaultReport = Verdict & {
  /** Further figures. */
  details?: string;
};

/** Reports the verdict, and expects it to be flawless. */
export function conclude({ task }: Pick<TestContext, 'task'>, verdict: Verdict, details?: string): void {
  task.meta.fault = { ...verdict, details };
  expect(verdict).toMatchObject(FLAWLESS);
  expect(verdict.received).toBeGreaterThan(0);
}
