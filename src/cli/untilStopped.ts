import { once } from 'node:events';
import type { Logger } from 'pino';

const DEADLINE_MS = 15_000;

/** Waits for the signal, then stops in order. Exits at once when that takes too long. */
export async function untilStopped(
  stopped: AbortSignal,
  stop: () => Promise<void>,
  log: Logger,
): Promise<void> {
  if (!stopped.aborted) await once(stopped, 'abort');
  log.info({ reason: stopped.reason.message }, 'stopping');
  const deadline = setTimeout(() => {
    log.error('stopping took too long: exiting');
    process.exit(1);
  }, DEADLINE_MS);
  await stop();
  clearTimeout(deadline);
  log.info('stopped');
}
