/** What a fault test has found, for the table that `npm run test:faults` prints. */
import { expect, type TestContext } from 'vitest';
import { FLAWLESS, type Verdict } from './oracle.ts';

declare module 'vitest' {
  interface TaskMeta {
    fault?: FaultReport;
  }
}

export type FaultReport = Verdict & {
  /** What else there is to say, in figures. */
  details?: string;
};

/** Notes the verdict, and insists that it be flawless. */
export function conclude({ task }: Pick<TestContext, 'task'>, verdict: Verdict, details?: string): void {
  task.meta.fault = { ...verdict, details };
  expect(verdict).toMatchObject(FLAWLESS);
  expect(verdict.heard).toBeGreaterThan(0);
}
