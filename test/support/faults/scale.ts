/** The size of the fault tests: short in `npm test`, long in `npm run test:faults`, which sets FAULT_SCALE=long. */
import { TEST_LIMIT_MS } from '../waitLimit.ts';

export const isLong = process.env.FAULT_SCALE === 'long';

/** Selects the value of the current size. */
export function scaled<Value>(short: Value, long: Value): Value {
  return isLong ? long : short;
}

/** The time limit of a test. Tests wait for events, so they reach it only when something is lost. */
export const TIMEOUT = scaled(TEST_LIMIT_MS, 900_000);
