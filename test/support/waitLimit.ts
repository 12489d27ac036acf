/**
 * How long a test waits for an event, in milliseconds. Only a lost event takes that long: the limit is generous, so that
 * the suite passes on a slow or busy machine. Every wait of the suite has this limit.
 */
export const WAIT_LIMIT_MS = 120_000;

/** How long a test or a hook, which may wait several times, takes at most. */
export const TEST_LIMIT_MS = 3 * WAIT_LIMIT_MS;
