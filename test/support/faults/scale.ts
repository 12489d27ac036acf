/** How much the fault tests do: little in `npm test`, much by `npm run test:faults`, which sets FAULT_SCALE=long. */
import { TEST_LIMIT_MS } from '../waitLimit.ts';

export const isLong = process.env.FAULT_SCALE === 'long';

/** One figure for each of the two. */
export function scaled<Value>(short: Value, long: Value): Value {
  return isLong ? long : short;
}

/** The time limit of a test. A test reaches it only when it waits for an event that never comes. */
export const TIMEOUT = scaled(TEST_LIMIT_MS, 900_000);
