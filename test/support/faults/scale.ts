/** How much the fault tests do: little in `npm test`, much by `npm run test:faults`, which sets FAULT_SCALE=long. */
export const isLong = process.env.FAULT_SCALE === 'long';

/** One figure for each of the two. */
export function scaled<Value>(short: Value, long: Value): Value {
  return isLong ? long : short;
}

/** The time limit of a test. Tests wait for events, so that it is met only when something is lost. */
export const TIMEOUT = scaled(60_000, 900_000);
