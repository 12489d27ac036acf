import type { Logger } from 'pino';

const DEADLINE_MS = 15_000;

/** Waits for a signal to stop, then stops in order; if that takes too long, without. */
export async function untilStopped(stop: () => Promise<void>, log: Logger): Promise<void> {
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    // Kept until the end: a terminal and npm both pass Ctrl-C on, and the second one must not cut the stop short.
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => resolve(name));
  });
  log.info({ signal }, 'stopping');
  const deadline = setTimeout(() => {
    log.error('stopping took too long: ending without');
    process.exit(1);
  }, DEADLINE_MS);
  await stop();
  clearTimeout(deadline);
  log.info('stopped');
}
